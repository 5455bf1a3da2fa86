/** Agents at work in the console: a visitor of the web chat, two agents on one case, the keyboard alone. */
import { expect, test } from '@playwright/test';
import { Api, type Channel } from '../support/api';
import { answer, composer, post, row, signedIn } from '../support/console';
import { Server } from '../support/server';
import { Site } from '../support/site';
import { visit } from '../support/visitor';

let server: Server;
let ines: Api;
let diego: Api;
let chat: Channel;

test.beforeAll(async () => {
	server = await Server.start();
	ines = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	diego = await server.user('diego@alba.test', 'agent', { name: 'Diego Peña' });
	await ines.withoutUndo();
	chat = await ines.connect('webchat', 'sitio', { greeting_es: '¡Hola! Soy Alba.' });
});

test.afterAll(async () => {
	await server?.stop();
});

test('a visitor of the web chat and an agent talk, each in a browser of their own', async ({
	browser,
	page
}) => {
	const site = await Site.start(
		() =>
			`<script src="${server.base}/chat/widget.js" data-channel="${chat.number}" async></script>`
	);
	const agent = await signedIn(browser, ines);
	try {
		await agent.page.goto(`${server.base}/inbox/all`);
		await page.goto(site.origin);
		await page.getByRole('button', { name: /^Abrir el chat/ }).click();
		const log = page.getByRole('log');
		await page.getByLabel('Escribe un mensaje').fill('¿Mi vuelo sale a tiempo?');
		await page.keyboard.press('Enter');
		await expect(log).toContainText('Entregado');

		await row(agent.page, '¿Mi vuelo sale a tiempo?').getByRole('link').click();
		await answer(agent.page, /^Chat/, 'Responder en el chat', 'Sí: a las 18:00 por la puerta 4.');
		await expect(log).toContainText('Sí: a las 18:00 por la puerta 4.');

		await page.getByLabel('Escribe un mensaje').pressSequentially('Mil gra');
		await expect(agent.page.getByRole('log').getByText(/escribe…/)).toBeVisible();
		await page.getByLabel('Escribe un mensaje').pressSequentially('cias');
		await page.keyboard.press('Enter');
		await expect(post(agent.page, 'Mil gracias')).toBeVisible();

		await page.reload();
		await page.getByRole('button', { name: /^Abrir el chat/ }).click();
		for (const text of [
			'¿Mi vuelo sale a tiempo?',
			'Sí: a las 18:00 por la puerta 4.',
			'Mil gracias'
		])
			await expect(log).toContainText(text);
		await agent.page.reload();
		for (const text of [
			'¿Mi vuelo sale a tiempo?',
			'Sí: a las 18:00 por la puerta 4.',
			'Mil gracias'
		])
			await expect(post(agent.page, text)).toHaveCount(1);
	} finally {
		await agent.context.close();
		await site.stop();
	}
});

test('two agents do not answer the same case by accident', async ({ browser }) => {
	await visit(server, chat, 'Quiero mi reembolso');
	const one = await signedIn(browser, ines);
	const two = await signedIn(browser, diego);
	for (const { page } of [one, two]) {
		await page.goto(`${server.base}/inbox/all`);
		await row(page, 'Quiero mi reembolso').getByRole('link').click();
		await expect(composer(page)).toBeVisible();
	}
	await expect(one.page.getByText('Diego Peña también lo mira')).toBeVisible();
	await expect(two.page.getByText('Inés Carvajal también lo mira')).toBeVisible();

	await composer(one.page).pressSequentially('Hola Nora');
	await expect(two.page.getByText(/Inés Carvajal está respondiendo/)).toBeVisible();
	await composer(two.page).fill('Hola Nora, soy Diego');
	const send = two.page.getByRole('button', { name: /^Responder/ }).last();
	await expect(send).toBeDisabled();
	await two.page.keyboard.press('Control+Enter');

	// She lets go: now he may.
	await composer(one.page).fill('');
	await expect(two.page.getByText(/Inés Carvajal está respondiendo/)).toHaveCount(0);
	await expect(send).toBeEnabled();
	const [found] = await ines
		.get<{ items: { id: string }[] }>('/cases?folder=all&q=reembolso')
		.then((page) => page.items);
	expect(Api.posts(await ines.get(`/cases/${found!.id}`)).map((one) => one.direction)).toEqual([
		'in'
	]);
	await one.context.close();
	await two.context.close();
});

test('a case is found, answered and resolved by keyboard alone', async ({ browser }) => {
	const words = ['canela', 'laurel', 'romero'];
	for (const word of words) await visit(server, chat, `Se perdió mi caja de ${word}`);
	const { context, page } = await signedIn(browser, ines);
	await page.goto(`${server.base}/inbox/all`);
	for (const word of words) await expect(row(page, word)).toBeVisible();

	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	// The newest is the first: two down from before the first, with one there and back, is the middle one.
	await page.keyboard.press('Enter');
	await expect(post(page, 'laurel')).toBeVisible();
	await page.keyboard.press('j');
	await expect(post(page, 'canela')).toBeVisible();
	await page.keyboard.press('k');
	await expect(post(page, 'laurel')).toBeVisible();

	await page.keyboard.press('r');
	await expect(composer(page)).toBeFocused();
	await page.keyboard.type('Apareció: te la llevamos hoy.');
	await page.keyboard.press('Control+Enter');
	await expect(post(page, 'Apareció: te la llevamos hoy.')).toBeVisible();
	await expect(composer(page)).toHaveValue('');

	await page.keyboard.press('Escape');
	await page.keyboard.press('n');
	const note = page.getByRole('textbox', { name: 'Nota interna' });
	await expect(note).toBeFocused();
	await page.keyboard.type('Avisé al depósito');
	await page.keyboard.press('Control+Enter');
	await expect(page.getByRole('log').getByText('Avisé al depósito')).toBeVisible();

	await page.keyboard.press('Escape');
	await page.keyboard.press('e');
	await expect(page.getByText(/^Caso \d+ resuelto/)).toBeVisible();
	await expect(row(page, 'laurel')).toHaveCount(0);

	await page.keyboard.press('Control+k');
	const command = page.getByRole('combobox', { name: /Busca/ });
	await expect(command).toBeFocused();
	await page.keyboard.type('Monitores');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'Monitores', level: 1 })).toBeVisible();
	await context.close();
});
