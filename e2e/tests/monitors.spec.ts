/** A monitor's life in the console: written over what is stored, applied to it, tried, cleaned of noise, taken back. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import type { Api } from '../support/api';
import { signedIn } from '../support/console';
import { Server } from '../support/server';

let server: Server;
let api: Api;

const LATE = 24;
const RECIPES = 6;
const OTHERS = 60;

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await server.user('diego@alba.test', 'supervisor', { name: 'Diego Peña' });
	await api.post('/channels', {
		kind: 'push',
		name: 'foro',
		settings: {},
		window_days: 30,
		enabled: true
	});
	const texts = [
		...Array.from(
			{ length: LATE },
			(_, n) => `La demora del vuelo ${200 + n} de Mirasol ya es de ${2 + (n % 5)} horas`
		),
		...Array.from(
			{ length: RECIPES },
			(_, n) => `Receta ${n}: pollo al horno con semillas de mirasol, la demora vale la pena`
		),
		...Array.from({ length: OTHERS }, (_, n) => `Hoy vimos ${n + 2} gaviotas desde el faro`)
	];
	const posts = texts.map((text, n) => ({
		id: `p${n}`,
		text,
		author: { id: `a${n % 7}`, handle: `gente${n % 7}`, followers: n * 10 },
		at: new Date(Date.now() - n * 60_000).toISOString(),
		lang: 'es'
	}));
	expect(await server.push('ines@alba.test', 'foro', posts)).toBe(202);
});

test.afterAll(async () => {
	await server?.stop();
});

/** The view of the monitor on the screen. */
async function open(page: Page, view: string): Promise<void> {
	await page
		.getByRole('navigation', { name: 'Partes del monitor' })
		.getByRole('link', { name: view })
		.click();
}

const pass = (page: Page): Locator =>
	page.getByRole('region', { name: 'Búsqueda en lo que ya llegó' });

async function passed(page: Page, matched: number): Promise<void> {
	await expect(pass(page)).toContainText('También se buscó en lo que ya había llegado');
	await expect(pass(page)).toContainText(`${matched} coinciden`);
}

async function terms(page: Page, label: string, words: string[]): Promise<void> {
	const box = page.getByRole('textbox', { name: label });
	for (const word of words) {
		await box.fill(word);
		await box.press('Enter');
	}
}

async function saved(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Guardar', exact: true }).click();
	await expect(page.getByText('Monitor guardado').last()).toBeVisible();
}

const found = async (id: string): Promise<string[]> =>
	(
		await api.get<{ items: { text: string }[] }>(`/posts?monitor_id=${id}&discarded=hide&limit=100`)
	).items.map((post) => post.text);

test('a monitor from its first word to the version that was better', async ({ browser }) => {
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/monitors`);
	await page.getByRole('link', { name: 'Monitor nuevo' }).first().click();

	// Written in the builder: what it says, what it would find and why, before anything is saved.
	await page.getByRole('textbox', { name: 'Nombre', exact: true }).fill('Demoras');
	await page.getByRole('combobox', { name: 'Carpeta' }).fill('Marca/Vuelos');
	await terms(page, 'Tiene que decir todo esto', ['mirasol']);
	await terms(page, 'Y al menos una de estas', ['demora*', 'retraso*']);
	await expect(page.getByText(/Publicaciones que mencionan «mirasol» y/)).toBeVisible();
	await expect(page.getByText(/≈ .+ al día/)).toBeVisible();
	const preview = page.getByRole('region', { name: 'Lo que habría encontrado' });
	await expect(preview).toContainText(String(LATE + RECIPES));
	await expect(preview.locator('mark').filter({ hasText: 'Mirasol' }).first()).toHaveAttribute(
		'title',
		'Encontrado por: mirasol'
	);
	await preview.getByRole('button', { name: /demora\*/ }).click();
	await expect(preview.locator('mark:not(.faint)').first()).toContainText('demora');
	await expect(preview.locator('mark.faint').first()).toContainText(/mirasol/i);

	await saved(page);
	await expect(page).toHaveURL(/\/monitors\/[\w-]+\/matches$/);
	const id = page.url().split('/').at(-2)!;
	await passed(page, LATE + RECIPES);
	expect(await found(id)).toHaveLength(LATE + RECIPES);
	await expect(page.getByRole('article').first()).toBeVisible();

	// As text: what is wrong is underlined where it stands, with what to do.
	await open(page, 'Búsqueda');
	await page.getByRole('radio', { name: 'Como texto' }).click();
	const text = page.getByRole('textbox', { name: 'Búsqueda' });
	await text.fill('mirasol AND (demora*');
	await expect(page.locator('.wrong')).toHaveText('(');
	await expect(text).toHaveAttribute('aria-invalid', 'true');
	await expect(page.getByRole('button', { name: 'Guardar', exact: true })).toBeDisabled();
	await text.fill('mirasol AND (demora* OR retraso* OR cancel*)');
	await expect(text).not.toHaveAttribute('aria-invalid', 'true');
	await page.getByLabel(/Qué cambia y por qué/).fill('También las cancelaciones');

	// Tried before it is saved.
	await open(page, 'Banco de pruebas');
	await page
		.getByRole('textbox', { name: 'Publicaciones de prueba' })
		.fill('Mirasol canceló mi vuelo otra vez\nGracias, Mirasol, por un vuelo perfecto');
	await expect(page.getByRole('heading', { name: '1 de 2 coinciden' })).toBeVisible();
	const results = page.getByRole('region', { name: 'Resultado de la prueba' });
	await expect(results.locator('mark').first()).toContainText('Mirasol');
	await expect(results.getByText(/^Falta/)).toBeVisible();
	await open(page, 'Búsqueda');
	await saved(page);
	await passed(page, LATE + RECIPES);

	// Noise goes with one key, comes back with another, and teaches what to exclude.
	await open(page, 'Coincidencias');
	await page.getByRole('article').first().waitFor();
	const noise = page.getByRole('complementary', { name: 'Menos ruido' });
	await expect(noise).toContainText('con 3 más');
	const current = page.locator('li[aria-current="true"]');
	const recipes = page.getByRole('listitem').filter({ hasText: 'Receta' });
	await expect(recipes).toHaveCount(RECIPES);
	await page.keyboard.press('j');
	await expect(current).toHaveCount(1);
	for (let tries = 0; tries < LATE + RECIPES && (await recipes.count()) > 2; tries += 1) {
		const left = await recipes.count();
		if (/Receta/.test((await current.textContent()) ?? '')) {
			await page.keyboard.press('d');
			await expect(recipes).toHaveCount(left - 1);
		} else await page.keyboard.press('j');
	}
	await expect(recipes).toHaveCount(2);
	await page.keyboard.press('u');
	await expect(recipes).toHaveCount(3);
	const suggestion = noise.getByRole('button', { name: 'Excluir receta' });
	await suggestion.click();
	await expect(noise.getByText('Ya no entrarían 3 de las descartadas')).toBeVisible();
	await expect(noise.getByText('Se perderían 3 buenas')).toBeVisible();
	await noise.getByRole('button', { name: 'Guardar así' }).click();
	await expect(page.getByText('El monitor ya no toma «receta»')).toBeVisible();
	await passed(page, LATE);
	await expect(recipes).toHaveCount(0);
	expect((await found(id)).filter((one) => one.startsWith('Receta'))).toEqual([]);

	// What was: three versions, any two beside each other, and the first one back.
	await open(page, 'Versiones');
	const versions = page.getByRole('region', { name: 'Versiones del monitor' });
	await expect(versions.getByRole('listitem')).toHaveCount(3);
	await expect(versions).toContainText('Sin «receta»');
	await expect(versions).toContainText('También las cancelaciones');
	await expect(
		page.getByRole('article', { name: 'Versión 3' }).locator('ins').last()
	).toContainText('receta');
	await versions.getByRole('button', { name: /Versión 2/ }).click();
	await expect(
		page.getByRole('article', { name: 'Versión 2' }).locator('ins').last()
	).toContainText('cancel*');
	await page.getByRole('combobox', { name: 'Comparar con' }).selectOption('3');
	await expect(
		page.getByRole('article', { name: 'Versión 3' }).locator('del').last()
	).toContainText('receta');
	await versions.getByRole('button', { name: /Versión 1/ }).click();
	await page.getByRole('button', { name: 'Restaurar la versión 1' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Restaurar', exact: true }).click();
	await expect(versions.getByRole('listitem')).toHaveCount(4);
	await expect(versions.getByRole('listitem').first()).toContainText('de la 1');
	await passed(page, LATE + RECIPES);
	expect(await api.get<{ query: string }>(`/monitors/${id}`)).toMatchObject({
		query: 'mirasol AND (demora* OR retraso*)',
		version: 4
	});
	await context.close();
});

test('the list keeps monitors in folders and says who has the same', async ({ browser }) => {
	const [first] = await api.get<{ id: string; query: string }[]>('/monitors');
	await api.post('/monitors', {
		name: 'Otra vez demoras',
		query: '(retraso* OR demora*) AND mirasol',
		enabled: true,
		folder: 'Marca'
	});
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/monitors`);
	const list = page.getByRole('list', { name: 'Monitores' });
	const row = (name: string) => list.getByRole('link', { name, exact: true });
	await expect(row('Demoras')).toBeVisible();
	await expect(list).toContainText('Costo');

	// By keyboard: into the list, over the folder, closed and open again.
	await page.keyboard.press('j');
	await expect(list.getByRole('button', { name: /^Marca/ })).toBeFocused();
	await page.keyboard.press('ArrowLeft');
	await expect(row('Demoras')).toHaveCount(0);
	await page.keyboard.press('ArrowRight');
	await expect(row('Demoras')).toBeVisible();

	await page.getByRole('button', { name: /lugar: Vuelos/ }).click();
	await page.getByLabel('Nombre nuevo o carpeta de destino').fill('Operación/Vuelos');
	await page.getByRole('button', { name: 'Mover', exact: true }).click();
	await expect(page.getByText('1 monitor cambió de carpeta')).toBeVisible();
	await expect(list.getByRole('button', { name: /^Operación/ })).toBeVisible();

	await page.keyboard.press('/');
	await page.keyboard.type('otra vez');
	await expect(row('Demoras')).toHaveCount(0);
	await row('Otra vez demoras').click();
	await expect(page.getByRole('heading', { name: 'Monitores parecidos' })).toBeVisible();
	await expect(page.getByText('Ya hay un monitor con esta misma búsqueda')).toBeVisible();
	await expect(page.getByRole('link', { name: 'Demoras', exact: true }).first()).toHaveAttribute(
		'href',
		`/monitors/${first!.id}`
	);
	await context.close();
});

test('whatever the builder has boxes for, the language reads', async ({ browser }) => {
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/monitors/new`);
	const add = async (menu: string, choice: string) => {
		await page.getByRole('button', { name: menu }).click();
		await page.getByRole('menuitem', { name: choice }).click();
	};
	const part = (name: string) => page.getByRole('group', { name, exact: true });
	const fill = async (box: Locator, word: string) => {
		await box.fill(word);
		await box.press('Enter');
	};
	await terms(page, 'Tiene que decir todo esto', ['mirasol', '"mala suerte"~2', '{Bogotá}']);
	for (const [kind, left, right] of [
		['Palabras cercanas, en cualquier orden', 'maleta*', 'rota'],
		['Palabras cercanas, en este orden', 'no', 'llega*'],
		['Palabras en la misma frase', 'vuelo', 'tarde'],
		['Una palabra, salvo dentro de una frase', 'alba', 'alba de mar']
	] as const) {
		await add('Agregar una condición', kind);
		const boxes = part(kind).getByRole('textbox');
		await fill(boxes.first(), left);
		await fill(boxes.last(), right);
	}
	await add('Agregar una condición', 'Varias de una lista');
	for (const word of ['caro', 'lento', 'mal servicio']) {
		await fill(part('Varias de una lista').getByRole('textbox').last(), word);
	}
	await add('Agregar una condición', 'Palabras que se repiten');
	await fill(part('Palabras que se repiten').getByRole('textbox').last(), 'espera*');
	await fill(page.getByRole('textbox', { name: 'En estos idiomas' }), 'es');
	await add('Otro filtro', 'Que contengan');
	await fill(page.getByRole('combobox', { name: 'Que contengan' }), 'question');
	await page.getByRole('spinbutton', { name: 'Seguidores', exact: true }).fill('10');
	await terms(page, 'Y nada de esto', ['receta*']);

	await expect(page.locator('pre.written')).toHaveText(
		'mirasol AND "mala suerte"~2 AND {Bogotá} AND maleta* NEAR/5 rota AND no ONEAR/5 llega*' +
			' AND vuelo SENTENCE tarde AND alba EXCEPT "alba de mar" AND 2 OF (caro, lento, "mal servicio")' +
			' AND ATLEAST/2 espera* AND lang:es AND has:question AND followers>=10 AND NOT receta*'
	);
	await expect(page.locator('.says.good')).toContainText('Publicaciones');
	await page.getByRole('radio', { name: 'Como texto' }).click();
	await expect(page.locator('.wrong')).toHaveCount(0);
	await page.getByRole('radio', { name: 'Con casillas' }).click();
	await expect(part('Palabras en la misma frase')).toBeVisible();
	await context.close();
});
