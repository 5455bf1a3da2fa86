/** A shared list's life in the console: written once, named by a monitor, changed under it, kept while it is used. */
import { expect, test, type Page } from '@playwright/test';
import type { Api } from '../support/api';
import { signedIn } from '../support/console';
import { Server } from '../support/server';

let server: Server;
let api: Api;

const TEXTS = [
	'La demora de Mirasol ya es de tres horas',
	'Otra demora, ahora de Alma Mía',
	'Cóndor Azul anuncia una demora',
	'Mirasol abre una ruta nueva',
	'Hoy vimos gaviotas desde el faro'
];

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.post('/channels', {
		kind: 'push',
		name: 'foro',
		settings: {},
		window_days: 30,
		enabled: true
	});
	const posts = TEXTS.map((text, n) => ({
		id: `p${n}`,
		text,
		author: { id: `a${n}`, handle: `gente${n}` },
		at: new Date(Date.now() - n * 60_000).toISOString(),
		lang: 'es'
	}));
	expect(await server.push('ines@alba.test', 'foro', posts)).toBe(202);
});

test.afterAll(async () => {
	await server?.stop();
});

const found = async (id: string): Promise<string[]> =>
	(await api.get<{ items: { text: string }[] }>(`/posts?monitor_id=${id}`)).items
		.map((post) => post.text)
		.sort();

const words = (page: Page) => page.getByRole('textbox', { name: 'Palabras' });

async function saved(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page.getByText('Lista guardada').last()).toBeVisible();
}

test('a list is written once and every monitor that names it follows', async ({ browser }) => {
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/monitors`);
	await page.getByRole('link', { name: 'Listas', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Todavía no hay listas' })).toBeVisible();
	await page.getByRole('link', { name: 'Lista nueva' }).first().click();

	// A word that is none is told beside the words; the right ones are kept.
	await page.getByRole('textbox', { name: 'Nombre' }).fill('Aerolíneas propias');
	await words(page).fill('mirasol\nalma AND mía');
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page.getByText(/^«alma AND mía»: /)).toBeVisible();
	await words(page).fill('mirasol\nalma mía\n');
	await saved(page);
	await expect(page.getByText('list:"Aerolíneas propias"')).toBeVisible();
	await expect(page.getByText('Nada la usa todavía.')).toBeVisible();

	// A monitor names it: a wrong name is marked, the right one is offered and put where it was begun.
	await page.goto(`${server.base}/monitors/new`);
	await page.getByRole('textbox', { name: 'Nombre', exact: true }).fill('Demoras propias');
	await page.getByRole('radio', { name: 'Como texto' }).click();
	const query = page.getByRole('textbox', { name: 'Búsqueda' });
	await query.fill('demora list:aero');
	await expect(page.getByText('No hay una lista «aero»')).toBeVisible();
	await page.getByRole('button', { name: /Agregar la lista «Aerolíneas propias»/ }).click();
	await expect(query).toHaveValue('demora list:"Aerolíneas propias"');
	await expect(query).toBeFocused();
	await expect(page.getByText(/algún término de la lista/)).toBeVisible();
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page).toHaveURL(/\/monitors\/[\w-]+\/matches$/);
	const id = page.url().split('/').at(-2)!;
	await expect.poll(() => found(id)).toEqual([TEXTS[0], TEXTS[1]]);

	// Other words: the monitor finds what they say, and no longer what they do not.
	await page.goto(`${server.base}/monitors/lists`);
	await expect(page.getByRole('list', { name: 'Listas' })).toContainText('1 monitor');
	await page.keyboard.press('j');
	await expect(page.getByRole('link', { name: 'Aerolíneas propias' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('link', { name: 'Demoras propias' })).toBeVisible();
	await words(page).fill('mirasol\ncóndor azul');
	await expect(page.getByText(/también buscan en lo que ya llegó/)).toBeVisible();
	await saved(page);
	await expect.poll(() => found(id)).toEqual([TEXTS[2], TEXTS[0]]);

	// In use it keeps its name and stays.
	await page.getByRole('textbox', { name: 'Nombre' }).fill('Firmas');
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page.getByText(/^La usan Demoras propias/)).toBeVisible();
	await expect(page.getByRole('button', { name: 'Quitar' })).toBeDisabled();
	await api.json('PATCH', `/monitors/${id}`, {
		name: 'Demoras propias',
		query: 'demora',
		enabled: true
	});
	await page.reload();
	await page.getByRole('button', { name: 'Quitar' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Quitar' }).click();
	await expect(page.getByRole('heading', { name: 'Todavía no hay listas' })).toBeVisible();
	await context.close();
});
