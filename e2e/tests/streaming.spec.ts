/**
 * A server with the whole Mastodon API: it streams, which the two that federate do not. The channel asks it for nothing
 * once it listens, so whatever arrives was told.
 */
import { expect, test } from '@playwright/test';
import { answer, post, row, signedIn } from '../support/console';
import { editAndDelete } from '../support/journeys';
import { Mastodon } from '../support/mastodon';
import { Peers } from '../support/peers';
import { Server } from '../support/server';

let peers: Peers<'mastodon_mock'>;
let server: Server;

test.beforeAll(async () => {
	[peers, server] = await Promise.all([Peers.start('mastodon_mock'), Server.start()]);
});

test.afterAll(async () => {
	await server?.stop();
	await peers?.stop();
});

test('what is posted, edited and deleted is on the screen at once', async ({ browser }) => {
	const { company, customer } = peers.places.mastodon_mock;
	const marta = new Mastodon(customer);
	const api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.withoutUndo();
	const channel = await api.connect('mastodon', 'Red', {
		base_url: company.base_url,
		access_token: company.token,
		hashtags: ['alba'],
		poll_seconds: 3600
	});
	await expect
		.poll(
			async () =>
				(await api.get<{ health: { mode: { code: string } | null } }>(`/channels/${channel.id}`)).health.mode?.code,
			{ timeout: 30_000 }
		)
		.toBe('streaming');
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/inbox/all`);

	const complaint = await marta.post(`@${company.handle} #alba no contesta mis correos`);
	await row(page, 'no contesta mis correos').getByRole('link').click();
	await answer(page, /^Público/, 'Responder en público en Mastodon', 'Hola Marta, aquí estamos');
	const there = await marta.find('aquí estamos', complaint.id);
	expect(there.in_reply_to_id).toBe(complaint.id);
	await expect(post(page, 'aquí estamos')).toContainText('Enviada');

	await editAndDelete(page, server, api, marta, company.handle);
	await context.close();
});
