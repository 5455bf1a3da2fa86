/** The web chat: a visitor's browser on one side, the API of the house on the other. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { Api, type Channel } from '../support/api';
import { Server } from '../support/server';
import { Site } from '../support/site';

let server: Server;
let site: Site;
let api: Api;
let channel: Channel;
let extra = '';

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.withoutUndo();
	site = await Site.start(
		() =>
			`<script src="${server.base}/chat/widget.js" data-channel="${channel.number}" ${extra} async></script>`,
		() =>
			`default-src 'self'; script-src ${server.base}; connect-src ${server.base}; img-src blob:; style-src 'unsafe-inline'`
	);
});

test.afterAll(async () => {
	await site?.stop();
	await server?.stop();
});

// A chat of its own for each test: nobody else's cases are in the way.
test.beforeEach(async ({}, info) => {
	extra = '';
	channel = await api.connect('webchat', `sitio ${info.testId} ${info.retry}`, {
		greeting_es: '¡Hola! Soy Alba.',
		allowed_origins: [site.origin]
	});
});

/** Opens the site and the chat. */
async function enter(context: BrowserContext): Promise<Page> {
	const page = await context.newPage();
	await page.goto(site.origin);
	await page.getByRole('button', { name: /^Abrir el chat/ }).click();
	return page;
}

async function say(page: Page, text: string): Promise<void> {
	await page.getByLabel('Escribe un mensaje').fill(text);
	await page.keyboard.press('Enter');
}

function log(page: Page) {
	return page.getByRole('log');
}

/** The only case of this test's channel. */
async function theCase() {
	let found = (await api.cases()).filter((one) =>
		one.conversations.some((c) => c.channel_id === channel.id)
	);
	await expect
		.poll(async () => {
			found = (await api.cases()).filter((one) =>
				one.conversations.some((c) => c.channel_id === channel.id)
			);
			return found.length;
		})
		.toBe(1);
	return found[0]!;
}

async function heard(): Promise<string[]> {
	return Api.posts(await theCase())
		.filter((post) => post.direction === 'in')
		.map((post) => post.text);
}

test('a visitor writes, an agent answers, and both are there after a reload', async ({
	context
}) => {
	const page = await enter(context);
	await expect(log(page)).toContainText('¡Hola! Soy Alba.');
	await say(page, 'Mi maleta no llegó con el vuelo 214');
	await expect(log(page)).toContainText('Entregado');
	const found = await theCase();
	expect(Api.posts(found).map((post) => [post.text, post.visibility, post.url])).toEqual([
		['Mi maleta no llegó con el vuelo 214', 'private', `${site.origin}/`]
	]);
	await api.answer(found, 'La tenemos: llega hoy a las 18:00.');
	await expect(log(page)).toContainText('La tenemos: llega hoy a las 18:00.');
	await expect(log(page)).toContainText('Inés');

	await page.reload();
	await page.getByRole('button', { name: /^Abrir el chat/ }).click();
	await expect(log(page)).toContainText('Mi maleta no llegó con el vuelo 214');
	await expect(log(page)).toContainText('La tenemos: llega hoy a las 18:00.');
	await say(page, 'Gracias');
	await expect(log(page)).toContainText('Gracias');
	await expect.poll(heard).toEqual(['Mi maleta no llegó con el vuelo 214', 'Gracias']);
});

test('files go both ways', async ({ context }) => {
	const page = await enter(context);
	const dot = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGPgEpf7DwABpAEzYkEVhQAAAABJRU5ErkJggg==',
		'base64'
	);
	await page.locator('tertulia-chat input[type=file]').setInputFiles([
		{ name: 'maleta.png', mimeType: 'image/png', buffer: dot },
		{
			name: 'factura.html',
			mimeType: 'text/html',
			buffer: Buffer.from('<script>document.title = "tomado"</script>')
		}
	]);
	await expect(page.getByRole('button', { name: 'Quitar maleta.png' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Quitar factura.html' })).toBeVisible();
	await say(page, 'Así quedó');
	await expect(log(page).getByRole('img', { name: 'Imagen: maleta.png' })).toBeVisible();
	await expect(log(page).locator('.file, .picture')).toHaveCount(2);

	const [post] = Api.posts(await theCase());
	expect(post!.attachments.map((file) => [file.name, file.mime]).sort()).toEqual([
		['factura.html', 'text/html'],
		['maleta.png', 'image/png']
	]);
	const picture = post!.attachments.find((file) => file.name === 'maleta.png')!;
	const stored = await api.fetch('GET', picture.path!.replace('/api/v1', ''));
	expect(Buffer.from(await stored.arrayBuffer()).equals(dot)).toBe(true);

	const upload = await api.upload('etiqueta.pdf', 'application/pdf', 'contenido');
	await api.answer(await theCase(), 'Imprime esto', [upload.id]);
	const button = log(page).getByRole('button', { name: 'Descargar etiqueta.pdf' });
	const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
	expect(download.suggestedFilename()).toBe('etiqueta.pdf');

	// The page that pretends to be an invoice is only ever saved.
	const invoice = log(page).getByRole('button', { name: 'Descargar factura.html' });
	await Promise.all([page.waitForEvent('download'), invoice.click()]);
	expect(await page.title()).toBe('Alba');
	expect(context.pages()).toHaveLength(1);
});

test('hostile text is only text', async ({ context }) => {
	const dialogs: string[] = [];
	const page = await enter(context);
	page.on('dialog', (dialog) => {
		dialogs.push(dialog.message());
		void dialog.dismiss();
	});
	const hostile =
		'<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) https://alba.test/"onmouseover="alert(4)';
	await say(page, hostile);
	await expect(log(page)).toContainText(hostile);
	await api.answer(await theCase(), hostile);
	await expect(log(page).locator('.message.agent').last()).toContainText(hostile);
	await page.reload();
	await page.getByRole('button', { name: /^Abrir el chat/ }).click();
	await expect(log(page).locator('.message.agent').last()).toContainText(hostile);
	expect(await log(page).locator('img, script, [onerror], [onmouseover]').count()).toBe(0);
	const links = await log(page)
		.locator('a')
		.evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]));
	expect(new Set(links.map(([href]) => href))).toEqual(new Set(['https://alba.test/']));
	expect(links.every(([, rel]) => rel?.includes('noopener'))).toBe(true);
	expect(dialogs).toEqual([]);
});

test('two tabs are one visitor', async ({ context }) => {
	const first = await enter(context);
	const second = await enter(context);
	await say(first, 'Desde la primera');
	await expect(log(second)).toContainText('Desde la primera');
	await say(second, 'Desde la segunda');
	await expect(log(first)).toContainText('Desde la segunda');
	await expect.poll(heard).toEqual(['Desde la primera', 'Desde la segunda']);
	await api.answer(await theCase(), 'Los veo a los dos');
	await expect(log(first)).toContainText('Los veo a los dos');
	await expect(log(second)).toContainText('Los veo a los dos');
	expect(await log(first).locator('.message.visitor').count()).toBe(2);
	expect(await log(second).locator('.message.visitor').count()).toBe(2);
});

test('another person has another conversation', async ({ browser, context }) => {
	const ana = await enter(context);
	await say(ana, 'Soy Ana');
	await expect(log(ana)).toContainText('Entregado');
	const other = await browser.newContext();
	const eva = await enter(other);
	await expect(log(eva)).toContainText('¡Hola! Soy Alba.');
	await expect(log(eva)).not.toContainText('Soy Ana');
	await other.close();
});

test('what is written without a connection is sent once when it is back', async ({ context }) => {
	const page = await enter(context);
	await say(page, 'Uno');
	await expect(log(page)).toContainText('Entregado');
	await server.pause();
	await say(page, 'Dos');
	await say(page, 'Tres');
	await expect(log(page).getByText('En espera de conexión')).toHaveCount(2);
	await page.reload({ waitUntil: 'commit' }).catch(() => {});
	await server.resume();
	await page.goto(site.origin);
	await page.getByRole('button', { name: /^Abrir el chat/ }).click();
	await expect(log(page).locator('.message.visitor')).toHaveCount(3);
	await expect(log(page)).not.toContainText('En espera');
	await expect.poll(heard).toEqual(['Uno', 'Dos', 'Tres']);
});

test('a message survives a server that dies while taking it', async ({ context }) => {
	const page = await enter(context);
	await say(page, 'Antes');
	await expect(log(page)).toContainText('Entregado');
	// The answer to the first try is lost: the server has it, the browser does not know.
	const lost = new Promise<void>((resolve) => {
		let first = true;
		void page.route('**/messages', async (route) => {
			if (route.request().method() !== 'POST' || !first) return route.fallback();
			first = false;
			await route.fetch();
			await route.abort('connectionreset');
			resolve();
		});
	});
	await say(page, 'Una sola vez');
	await lost;
	await server.crash();
	await expect(log(page)).toContainText('Entregado', { timeout: 20_000 });
	await expect.poll(heard).toEqual(['Antes', 'Una sola vez']);
	expect(await log(page).locator('.message.visitor').count()).toBe(2);
});

test('the visitor learns that an agent looks and types', async ({ context }) => {
	const page = await enter(context);
	await say(page, '¿Me leen?');
	await expect(log(page)).toContainText('Entregado');
	const found = await theCase();
	await api.fetch('POST', `/cases/${found.id}/presence`, { state: 'typing' });
	await expect(log(page)).toContainText('Visto');
	await expect(page.getByText('Escribiendo…')).toBeVisible();
	await api.answer(found, 'Sí');
	await expect(log(page)).toContainText('Sí');
	await expect(page.getByText('Escribiendo…')).toBeHidden();
	await say(page, 'Qué bueno');
	await expect(log(page).locator('.message').last()).toContainText('Visto');
});

test('unread answers are counted on the closed chat', async ({ context }) => {
	const page = await enter(context);
	await say(page, '¿Hay alguien?');
	await expect(log(page)).toContainText('Entregado');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('button', { name: 'Abrir el chat', exact: true })).toBeFocused();
	const found = await theCase();
	await api.answer(found, 'Aquí estamos');
	await api.answer(found, 'Dinos');
	const launcher = page.getByRole('button', { name: 'Abrir el chat, mensajes nuevos: 2' });
	await expect(launcher).toBeVisible();
	await page.reload();
	await launcher.click();
	await expect(log(page)).toContainText('Dinos');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('button', { name: 'Abrir el chat', exact: true })).toBeVisible();
});

test('name and e-mail are asked for when the company wants them', async ({ context }) => {
	channel = await api.connect('webchat', `con correo ${crypto.randomUUID()}`, { ask_email: true });
	const page = await enter(context);
	await page.getByLabel('Tu nombre').fill('Ana Rojas');
	await page.getByLabel('Tu correo').fill('ana@beta.test');
	await page.getByRole('button', { name: 'Empezar' }).click();
	await say(page, 'Hola');
	await expect(log(page)).toContainText('Entregado');
	const [post] = Api.posts(await theCase());
	expect(post!.author).toMatchObject({ name: 'Ana Rojas', handle: 'ana@beta.test' });
});

test('a site that is not allowed shows no chat', async ({ context }) => {
	channel = await api.connect('webchat', `cerrado ${crypto.randomUUID()}`, {
		allowed_origins: ['https://www.alba.test']
	});
	const page = await context.newPage();
	// The browser does not even let the script read why.
	const refused = page.waitForEvent('console', (message) => message.text().includes('CORS'));
	await page.goto(site.origin);
	await refused;
	await expect(page.locator('tertulia-chat')).toHaveCount(0);
});

test('it speaks three languages', async ({ context }) => {
	const page = await context.newPage();
	for (const [lang, open, write] of [
		['en', 'Open the chat', 'Write a message'],
		['pt', 'Abrir o chat', 'Escreva uma mensagem'],
		['es', 'Abrir el chat', 'Escribe un mensaje']
	] as const) {
		extra = `data-lang="${lang}"`;
		await page.goto(site.origin);
		await page.getByRole('button', { name: open, exact: true }).click();
		await expect(page.getByLabel(write)).toBeFocused();
	}
});

async function violations(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page }).include('tertulia-chat').analyze();
	return violations.map(
		(violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(', ')}`
	);
}

test('it can be used by keyboard alone and passes axe in light and dark', async ({ browser }) => {
	for (const colorScheme of ['light', 'dark'] as const) {
		const context = await browser.newContext({
			colorScheme,
			reducedMotion: 'reduce',
			bypassCSP: true
		});
		const page = await context.newPage();
		await page.goto(site.origin);
		const launcher = page.getByRole('button', { name: /^Abrir el chat/ });
		await launcher.waitFor();
		await page.keyboard.press('Tab');
		await expect(launcher).toBeFocused();
		await page.keyboard.press('Enter');
		await page.keyboard.type('Por teclado');
		await page.keyboard.press('Enter');
		await expect(log(page)).toContainText('Entregado');
		expect(await violations(page)).toEqual([]);
		// Tab never leaves the open chat.
		for (let step = 0; step < 12; step++) {
			await page.keyboard.press('Tab');
			expect(await page.evaluate(() => document.activeElement?.localName)).toBe('tertulia-chat');
		}
		await page.keyboard.press('Escape');
		await expect(launcher).toBeFocused();
		await context.close();
	}
});

test('on a phone it fills the screen', async ({ browser }) => {
	const context = await phone(browser);
	const page = await enter(context);
	const box = await page.locator('tertulia-chat .panel').boundingBox();
	expect(box).toEqual({ x: 0, y: 0, width: 360, height: 740 });
	await say(page, 'Desde el bus');
	await expect(log(page)).toContainText('Entregado');
	expect(await violations(page)).toEqual([]);
	await page.getByRole('button', { name: 'Cerrar el chat' }).click();
	await expect(page.getByRole('button', { name: 'Abrir el chat', exact: true })).toBeVisible();
	await context.close();
});

function phone(browser: Browser): Promise<BrowserContext> {
	return browser.newContext({
		viewport: { width: 360, height: 740 },
		hasTouch: true,
		isMobile: true,
		bypassCSP: true,
		reducedMotion: 'reduce'
	});
}
