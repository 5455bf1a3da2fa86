/** Whatever strangers put into a post, in whatever field: it is text on every screen. */
import { expect, test, type Page } from '@playwright/test';
import { Api } from '../support/api';
import { signedIn, watch } from '../support/console';
import { Server } from '../support/server';
import { visit } from '../support/visitor';

let server: Server;
let api: Api;

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
});

test.afterAll(async () => {
	await server?.stop();
});

const attack = (field: string) =>
	`${field}<img src=x onerror="alert('${field}')"><script>alert('${field}')</script><svg onload=alert(1)>`;

/** What only hostile markup would have put on the screen. */
async function planted(page: Page): Promise<string[]> {
	return page.evaluate(() =>
		[...document.querySelectorAll('*')]
			.filter(
				(one) =>
					[...one.attributes].some((attribute) => attribute.name.startsWith('on')) ||
					one.getAttribute('src') === 'x' ||
					/^\s*(javascript|data|vbscript):/i.test(one.getAttribute('href') ?? '') ||
					(one.localName === 'script' && /alert/.test(one.textContent ?? ''))
			)
			.map((one) => one.outerHTML.slice(0, 200))
	);
}

test('script in every field of a post renders as text everywhere', async ({ browser }) => {
	await api.connect('push', 'foro', { addressed: true });
	const posts = ['https://foro.test/"><script>alert(9)</script>', 'javascript:alert(8)', null].map(
		(url, index) => ({
			id: attack(`id${index}`),
			text: `${attack(`texto${index}`)} javascript:alert(7) [x](javascript:alert(6))`,
			author: {
				id: attack('autor'),
				handle: attack('usuario'),
				name: attack('nombre'),
				followers: 12000
			},
			at: new Date(Date.now() - index * 1000).toISOString(),
			url,
			lang: 'es'
		})
	);
	expect(await server.push('ines@alba.test', 'foro', posts)).toBe(202);
	const chat = await api.connect('webchat', 'sitio', {});
	await visit(server, chat, attack('chat'), {
		name: attack('visitante'),
		page: 'javascript:alert(5)'
	});
	await expect.poll(async () => (await api.cases()).length).toBe(2);
	for (const found of await api.cases()) {
		await api.post(`/cases/${found.id}/notes`, { text: attack('nota') });
		await api.json('PATCH', `/cases/${found.id}`, { tags: [attack('tag').slice(0, 40)] });
	}
	await api.post('/monitors', { name: attack('monitor'), query: 'texto*', enabled: true });

	const { context, page } = await signedIn(browser, api);
	const seen = watch(page);
	await page.goto(`${server.base}/inbox/all`);
	await expect(page.getByText(attack('nombre')).first()).toBeVisible();
	expect(await planted(page)).toEqual([]);

	for (const found of await api.cases()) {
		await page.goto(`${server.base}/inbox/all/${found.id}`);
		const text = Api.posts(found)[0]!.text;
		expect(text).toContain('<script>');
		const article = page.getByRole('log').getByRole('article').first();
		await expect(article).toContainText('<script>alert(');
		await article.hover();
		await article.getByRole('button', { name: '¿Por qué?' }).click();
		await expect(article.getByText('Llegó')).toBeVisible();
		await page.getByRole('button', { name: '¿Por qué?' }).first().click();
		await expect(page.getByText(attack('nota')).first()).toBeVisible();
		expect(await planted(page)).toEqual([]);
	}

	for (const path of ['/posts', '/posts?q=texto*', '/people', '/monitors', '/settings/audit']) {
		await page.goto(server.base + path);
		await expect(page.getByText(/<script>|<img src=x/).first()).toBeAttached();
		expect(await planted(page), path).toEqual([]);
	}
	await page.getByRole('link', { name: 'Personas' }).click();
	await page.getByRole('link').filter({ hasText: 'nombre<img' }).first().click();
	await expect(page.getByRole('heading', { name: /nombre<img/ })).toBeVisible();
	expect(await planted(page)).toEqual([]);

	expect(seen).toEqual({ dialogs: [], errors: [] });
	// Even if a text got through, the page may run nothing that did not come with it.
	const home = await fetch(server.base);
	expect(home.headers.get('content-security-policy')).toMatch(/script-src 'self'/);
	expect(home.headers.get('x-content-type-options')).toBe('nosniff');
	await context.close();
});
