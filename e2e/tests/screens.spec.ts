/** Every screen: its first administrator, axe in two languages and two looks, and a phone 360 pixels wide. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Browser, type Page } from '@playwright/test';
import type { Api } from '../support/api';
import { signedIn } from '../support/console';
import { PASSWORD, Server } from '../support/server';
import { visit } from '../support/visitor';

let server: Server;
let api: Api;
let theCase = '';
let person = '';
let monitor = '';
let list = '';

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await server.user('diego@alba.test', 'agent', { name: 'Diego Peña' });
	const chat = await api.connect('webchat', 'sitio', { greeting_es: '¡Hola! Soy Alba.' });
	await api.connect('push', 'Conector de la prensa de aviación y paquetería de la región', {});
	monitor = (
		await api.post<{ id: string }>('/monitors', {
			name: 'Demoras',
			query: 'demora* AND (vuelo OR (paquete* NEAR/5 tarde))',
			enabled: true
		})
	).id;
	list = (
		await api.post<{ id: string }>('/lists', {
			name: 'Aerolíneas propias y de la alianza',
			words: ['mirasol', 'alma mía', `@${'aerolinea'.repeat(6)}`]
		})
	).id;
	await api.post('/rules', {
		name: 'Demoras a Reclamos',
		enabled: true,
		conditions: { monitor_ids: [monitor] },
		actions: { open_case: true, priority: 'high', tags: ['demora'] }
	});
	await visit(
		server,
		chat,
		`La demora del vuelo 214, como dice https://alba.test/${'estado-del-vuelo-'.repeat(12)}`,
		{
			name: 'María Fernanda de los Ángeles Restrepo',
			email: 'maria.fernanda.de.los.angeles.restrepo@clientes-de-la-region.test',
			page: 'https://alba.test/vuelos/estado?vuelo=214&salida=bogota'
		}
	);
	await visit(server, chat, '¿Dónde está mi paquete?');
	await expect.poll(async () => (await api.cases()).length).toBe(2);
	const found = (await api.cases()).find((one) => one.excerpt.includes('demora'))!;
	theCase = found.id;
	person = (await api.get<{ person: { id: string } }>(`/cases/${theCase}`)).person.id;
	await api.post(`/cases/${theCase}/notes`, { text: 'Pasó lo mismo la semana anterior' });
});

test.afterAll(async () => {
	await server?.stop();
});

/** What a signed-in administrator can open. */
function screens(): string[] {
	return [
		'/inbox/all',
		`/inbox/all/${theCase}`,
		'/inbox/snoozed',
		'/posts',
		`/people/${person}`,
		'/monitors',
		'/monitors/new',
		'/monitors/lists',
		'/monitors/lists/new',
		`/monitors/lists/${list}`,
		`/monitors/${monitor}`,
		...['matches', 'bench', 'versions'].map((view) => `/monitors/${monitor}/${view}`),
		'/rules',
		'/review',
		'/review/quality',
		'/channels',
		'/channels/new',
		'/channels/new/mastodon',
		...[
			'profile',
			'tokens',
			'canned',
			'words',
			'policy',
			'departments',
			'users',
			'company',
			'audit'
		].map((name) => `/settings/${name}`)
	];
}

/** Opens a screen and waits until what it shows is there. */
async function show(page: Page, path: string): Promise<void> {
	await page.goto(server.base + path);
	await expect(page.locator('h1, h2').first()).toBeAttached();
	await expect(page.locator('.skeleton')).toHaveCount(0);
}

/** What axe finds; `rules` asks for a few of its rules instead of all. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
	const axe = new AxeBuilder({ page }).setLegacyMode();
	const found = await (rules ? axe.withRules(rules) : axe).analyze();
	return found.violations.map(
		(one) =>
			`${one.id}: ${one.nodes
				.slice(0, 3)
				.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
				.join(' | ')}`
	);
}

test('the one-time link of the first start makes the administrator', async ({ page }) => {
	const fresh = await Server.start();
	try {
		const link = fresh.said.match(/http\S+\/setup\/\S+/)?.[0];
		expect(link, fresh.said).toBeDefined();
		await page.goto(link!);
		await page.getByLabel('Tu nombre').fill('Inés Carvajal');
		await page.getByLabel('Correo electrónico').fill('ines@alba.test');
		await page.getByLabel('Elige una contraseña').fill(PASSWORD);
		await page.getByRole('button', { name: 'Crear la cuenta y entrar' }).click();
		await expect(page).toHaveURL(/\/inbox\/mine$/);
		await expect(page.getByRole('link', { name: 'Ajustes' })).toBeVisible();
		// It served once.
		await page.context().clearCookies();
		await page.goto(link!);
		await expect(page.getByText('Este enlace ya no sirve')).toBeVisible();
	} finally {
		await fresh.stop();
	}
});

/** The look changes colours and nothing else: one look is read by every rule, the other by those of colour. */
async function axeIn(browser: Browser, locale: 'es' | 'en', paths: string[]): Promise<void> {
	const looks = locale === 'es' ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
	const context = await browser.newContext({ locale, reducedMotion: 'reduce' });
	const page = await context.newPage();
	const look = async (path: string) => {
		await page.emulateMedia({ colorScheme: looks[0] });
		await show(page, path);
		await expect(page.locator('html')).toHaveAttribute('lang', locale);
		for (const colorScheme of looks) {
			await page.emulateMedia({ colorScheme });
			await expect(page.locator('html')).toHaveAttribute('data-shade', colorScheme);
			const bad = await violations(page, colorScheme === looks[0] ? undefined : ['color-contrast']);
			expect.soft(bad, `${path} in ${locale}, ${colorScheme}`).toEqual([]);
		}
	};
	await look('/sign-in');
	await api.json('PATCH', '/me', { locale });
	await context.addCookies([api.session]);
	for (const path of paths) await look(path);
	await context.close();
}

test('axe finds nothing on any screen, light and dark', async ({ browser }) => {
	// Every screen twice: twice the time of a journey.
	test.slow();
	await axeIn(browser, 'es', screens());
});

test('axe finds nothing in English either', async ({ browser }) => {
	await axeIn(browser, 'en', [
		'/inbox/all',
		`/inbox/all/${theCase}`,
		'/monitors',
		`/monitors/${monitor}`,
		`/monitors/${monitor}/versions`,
		'/channels',
		'/channels/new/mastodon',
		'/settings/profile',
		'/settings/words',
		'/settings/company'
	]);
});

test('on a phone 360 pixels wide everything is within reach', async ({ browser }) => {
	await api.json('PATCH', '/me', { locale: 'es' });
	const { context, page } = await signedIn(browser, api, {
		viewport: { width: 360, height: 740 },
		hasTouch: true,
		isMobile: true,
		reducedMotion: 'reduce'
	});
	const found: Record<string, string[]> = {};
	for (const path of screens()) {
		await show(page, path);
		const outside = await page.evaluate(() => {
			const wide = document.documentElement.scrollWidth;
			const scrolls = (one: Element | null): boolean =>
				one !== null &&
				(/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
			const lost = [...document.querySelectorAll('a, button, input, select, textarea')]
				.filter((one) => {
					const box = one.getBoundingClientRect();
					return box.width > 1 && box.height > 1 && (box.right > 361 || box.left < -1);
				})
				.filter((one) => !scrolls(one.parentElement))
				.map(
					(one) => `${one.localName} ${one.getAttribute('aria-label') ?? one.textContent?.trim()}`
				);
			return wide > 360 ? [`${wide} pixels wide`, ...lost] : lost;
		});
		if (outside.length > 0) found[path] = outside;
	}
	expect(found).toEqual({});

	// The way from the list to a case and back, by touch.
	await show(page, '/inbox/all');
	await page.getByRole('link', { name: /María Fernanda/ }).tap();
	await expect(page.getByRole('textbox', { name: 'Texto de la respuesta' })).toBeInViewport();
	await page.getByRole('link', { name: 'Volver a la lista' }).tap();
	await expect(page.getByRole('combobox', { name: 'Carpeta' })).toBeVisible();
	await context.close();
});
