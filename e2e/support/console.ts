/** The console in a browser, named as the people who use it name its parts. */
import {
	expect,
	type Browser,
	type BrowserContext,
	type Locator,
	type Page
} from '@playwright/test';
import type { Api } from './api';
import { PASSWORD, type Server } from './server';

/** Signs in through the form. */
export async function signIn(page: Page, server: Server, email: string): Promise<void> {
	await page.goto(server.base);
	await page.getByLabel('Correo electrónico').fill(email);
	await page.getByLabel('Contraseña').fill(PASSWORD);
	await page.getByRole('button', { name: 'Entrar' }).click();
	await expect(page.getByRole('navigation', { name: 'Principal' })).toBeVisible();
}

/** A browser of its own that is already signed in as the API's user. */
export async function signedIn(
	browser: Browser,
	api: Api,
	options: Parameters<Browser['newContext']>[0] = {}
): Promise<{ context: BrowserContext; page: Page }> {
	const context = await browser.newContext(options);
	await context.addCookies([api.session]);
	return { context, page: await context.newPage() };
}

/** A case's row in the list of a folder. */
export function row(page: Page, text: string): Locator {
	return page.locator('.pane').getByRole('listitem').filter({ hasText: text });
}

/** The posts of the case on the screen that say this. */
export function post(page: Page, text: string): Locator {
	return page
		.getByRole('log', { name: 'Conversación' })
		.getByRole('article')
		.filter({ hasText: text });
}

export function composer(page: Page): Locator {
	return page.getByRole('textbox', { name: 'Texto de la respuesta' });
}

/** Chooses where the answer goes, writes it and presses the button that says so. */
export async function answer(
	page: Page,
	target: RegExp,
	send: string,
	text: string
): Promise<void> {
	await page.getByRole('radio', { name: target }).click();
	await composer(page).fill(text);
	await page.getByRole('button', { name: send, exact: true }).click();
	await expect(post(page, text)).toBeVisible();
}

/** Finds what an attack would leave behind: dialogs, and elements that only hostile markup brings. */
export function watch(page: Page): { dialogs: string[]; errors: string[] } {
	const seen = { dialogs: [] as string[], errors: [] as string[] };
	page.on('dialog', (dialog) => {
		seen.dialogs.push(dialog.message());
		void dialog.dismiss();
	});
	page.on('pageerror', (error) => seen.errors.push(error.message));
	return seen;
}
