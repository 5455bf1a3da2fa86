/**
 * A complaint on a social network that mentions nobody becomes an answered, resolved case (journey J1), on two real
 * servers that federate: the company on one, the customer on the other.
 */
import { expect, test, type Page } from '@playwright/test';
import type { Api } from '../support/api';
import { answer, post, row, signIn } from '../support/console';
import { editAndDelete } from '../support/journeys';
import { Mastodon } from '../support/mastodon';
import { Peers } from '../support/peers';
import { Server } from '../support/server';

test.describe.configure({ mode: 'serial' });

let peers: Peers<'fediverse'>;
let server: Server;
let api: Api;
let marta: Mastodon;
let page: Page;

test.beforeAll(async ({ browser }) => {
	[peers, server] = await Promise.all([Peers.start('fediverse'), Server.start()]);
	const { company, customer } = peers.places.fediverse;
	marta = new Mastodon(customer);
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.withoutUndo();
	// A small server knows the posts of those whom somebody on it follows.
	await new Mastodon(company).follow(marta);
	page = await (await browser.newContext()).newPage();
});

test.afterAll(async () => {
	await page?.context().close();
	await server?.stop();
	await peers?.stop();
});

test('the account is connected and a monitor is written in the console', async () => {
	await signIn(page, server, 'ines@alba.test');

	await page.getByRole('link', { name: 'Canales' }).click();
	await page.getByRole('link', { name: 'Conectar un canal' }).first().click();
	await page.getByRole('link', { name: /^Mastodon/ }).click();
	const { base_url, token, handle } = peers.places.fediverse.company;
	await page.getByLabel('Nombre del canal').fill('Fediverso');
	await page.getByLabel('Servidor').fill(base_url);
	await page.getByLabel('Token de acceso').fill(token);
	await page.getByLabel('Etiquetas').fill('alba');
	await page.getByLabel('Segundos entre consultas').fill('1');
	await page.getByRole('button', { name: 'Comprobar' }).click();
	await expect(page.getByText(`@${handle}`, { exact: true })).toBeVisible();
	await page.getByRole('button', { name: 'Conectar', exact: true }).click();
	await expect(page.getByText('Canal conectado')).toBeVisible();

	await page.getByRole('link', { name: 'Monitores' }).click();
	await page.getByRole('link', { name: 'Monitor nuevo' }).first().click();
	await page.getByLabel('Nombre', { exact: true }).fill('Entregas que no llegan');
	await page.getByRole('radio', { name: 'Como texto' }).click();
	const query = page.getByRole('textbox', { name: 'Búsqueda' });
	await query.fill('alba AND (llego OR');
	await expect(page.getByText('Corrige la búsqueda para ver ejemplos.')).toBeVisible();
	await query.fill('alba AND (llego OR demora*)');
	await page.getByRole('button', { name: 'Guardar' }).click();
	await expect(page.getByText('Monitor guardado')).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Entregas que no llegan' })).toBeVisible();
});

test('a complaint that mentions nobody is answered in its thread, in private, and resolved', async () => {
	await page.getByRole('link', { name: /^Todas/ }).click();
	await expect(page.getByText('Todavía no hay casos aquí')).toBeVisible();

	const complaint = await marta.post('Mi paquete de #Alba no llegó, tres días esperando');
	// It comes into the open list by itself.
	await expect(row(page, 'no llegó, tres días')).toBeVisible({ timeout: 30_000 });
	await expect(row(page, 'no llegó, tres días')).toContainText('Entregas que no llegan');
	await row(page, 'no llegó, tres días').getByRole('link').click();
	await expect(post(page, 'no llegó, tres días')).toContainText('marta');
	await page.getByRole('button', { name: '¿Por qué?' }).first().click();
	await expect(page.getByRole('region', { name: 'Por qué existe este caso' })).toContainText(
		'Entregas que no llegan'
	);

	await answer(
		page,
		/^Público/,
		'Responder en público en Mastodon',
		'Hola Marta, ya lo buscamos. ¿Nos das el número?'
	);
	const there = await marta.find('ya lo buscamos', complaint.id);
	expect(there.in_reply_to_id).toBe(complaint.id);
	expect(there.visibility).toBe('public');
	expect(there.account.acct).toBe(peers.places.fediverse.company.handle);
	await expect(post(page, 'ya lo buscamos')).toContainText('Enviada');

	await answer(
		page,
		/^Privado/,
		'Responder en privado en Mastodon',
		'Te escribo en privado: ¿cuál es tu dirección?'
	);
	const direct = await marta.find('Te escribo en privado');
	expect(direct.visibility).toBe('direct');
	await marta.post(`@${peers.places.fediverse.company.handle} calle 12 número 5`, {
		visibility: 'direct',
		in_reply_to_id: direct.id
	});
	const secret = post(page, 'calle 12 número 5');
	await expect(secret).toBeVisible({ timeout: 30_000 });
	await expect(secret).toContainText('Mensaje privado');
	expect(await api.cases()).toHaveLength(1);

	await page.getByRole('button', { name: 'Resolver', exact: true }).click();
	await expect(page.getByText(/^Caso \d+ resuelto/)).toBeVisible();
	await expect(row(page, 'calle 12')).toHaveCount(0);
	await page.getByRole('link', { name: 'Resueltas' }).click();
	await expect(page.locator('.pane').getByRole('listitem')).toHaveCount(1);
	expect((await marta.call<unknown[]>('GET', '/v1/timelines/home')).length).toBeGreaterThan(0);
});

test('an edit and a deletion on the network reach the console and its search', async () => {
	await editAndDelete(page, server, api, marta, peers.places.fediverse.company.handle);
});
