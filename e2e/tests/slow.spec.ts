/** A query that keeps taking too long: marked, explained, told to its owner, and free of the mark once it is another one. */
import { expect, test } from '@playwright/test';
import type { Api } from '../support/api';
import { signedIn } from '../support/console';
import { Server } from '../support/server';

let server: Server;
let api: Api;

/** Endless work in a text that only repeats its words. */
const near = '((demora OR vuelo OR no) NEAR/900 ((vuelo NEAR/900 no) NEAR/900 vuelo))';
const ENDLESS = Array.from({ length: 30 }, (_, n) => near.replace('demora', `demora${n}`)).join(
	' AND '
);

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.post('/channels', {
		kind: 'push',
		name: 'foro',
		settings: {},
		window_days: 0,
		enabled: true
	});
	await api.post('/monitors', { name: 'Vuelos', query: ENDLESS, enabled: true });
	await api.post('/monitors', { name: 'Marca', query: 'mirasol', enabled: true });
	const posts = [1, 2, 3].map((n) => ({
		id: `p${n}`,
		text: 'vuelo no '.repeat(1_500),
		author: { id: 'ana', handle: 'ana' },
		at: new Date().toISOString(),
		lang: 'es'
	}));
	expect(await server.push('ines@alba.test', 'foro', posts)).toBe(202);
});

test.afterAll(async () => {
	await server?.stop();
});

test('who looks after a slow query is told, sees why, and takes the mark away by changing it', async ({
	browser
}) => {
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/monitors`);
	const line = (name: string) => page.getByRole('listitem').filter({ hasText: name });
	await expect(line('Vuelos').getByText('Tarda demasiado')).toBeVisible();
	await expect(line('Marca').getByText('Tarda demasiado')).toHaveCount(0);

	await page.getByRole('button', { name: /sin leer/ }).click();
	await page.getByRole('link', { name: /Un monitor tarda demasiado.*Vuelos/ }).click();
	const note = page.getByRole('region', { name: 'Tarda demasiado' });
	await expect(note).toContainText('Acorta las distancias de NEAR');
	await expect(note).toContainText('Publicaciones sin decidir: 3');

	// Another query is begun: it is not lost by a click beside it.
	const query = page.getByRole('textbox', { name: 'Búsqueda' });
	await query.fill('vuelo NEAR/5 demora');
	await page.getByRole('link', { name: 'Monitores' }).first().click();
	const asks = page.getByRole('dialog', { name: '¿Salir sin guardar?' });
	await asks.getByRole('button', { name: 'Cancelar' }).click();
	await expect(query).toHaveValue('vuelo NEAR/5 demora');
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page.getByText('Monitor guardado').last()).toBeVisible();
	await expect(note).toHaveCount(0);

	// What is saved is left without a question; what is not, after it.
	await query.fill('otra cosa');
	await page.getByRole('link', { name: 'Monitores' }).first().click();
	await asks.getByRole('button', { name: 'Salir sin guardar' }).click();
	await expect(line('Vuelos').getByText('vuelo NEAR/5 demora')).toBeVisible();
	await expect(page.getByText('Tarda demasiado')).toHaveCount(0);
	await context.close();
});

test('a search that can’t be read is underlined where it is wrong', async ({ browser }) => {
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/posts`);
	const search = page.getByRole('searchbox');
	await search.fill('vuelo AND "sin fin');
	await expect(page.getByRole('search').locator('.place')).toHaveText('"');
	await search.fill('vuelo');
	await expect(page.getByRole('search').locator('.place')).toHaveCount(0);
	await context.close();
});
