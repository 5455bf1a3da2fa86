/** The sample company comes, plays and goes by one button, and nothing of it is left. */
import { expect, test } from '@playwright/test';
import type { Api } from '../support/api';
import { signedIn } from '../support/console';
import { Server } from '../support/server';

let server: Server;
let api: Api;

test.beforeAll(async () => {
	server = await Server.start();
	api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
});

test.afterAll(async () => {
	await server?.stop();
});

/** How much there is of everything that the sample brings. */
async function house(): Promise<Record<string, number>> {
	const size = async (path: string): Promise<number> => {
		const found = await api.get<unknown[] | { items: unknown[] }>(path);
		return (Array.isArray(found) ? found : found.items).length;
	};
	const paths = [
		'/channels',
		'/monitors',
		'/rules',
		'/canned-answers',
		'/users',
		'/departments',
		'/cases?folder=all',
		'/posts',
		'/people'
	];
	return Object.fromEntries(
		await Promise.all(paths.map(async (path) => [path, await size(path)] as const))
	);
}

test('one button brings it and one takes it away', async ({ browser }) => {
	const before = await house();
	const { context, page } = await signedIn(browser, api);
	await page.goto(`${server.base}/settings/sample`);
	await page.getByRole('button', { name: 'Cargar la empresa de ejemplo' }).click();
	await expect(page.getByText('La empresa de ejemplo está en marcha')).toBeVisible();
	// Six tenths of the day come in at once.
	await expect(page.getByText(/^[3-9]\d\d de \d+ publicaciones/)).toBeVisible({ timeout: 60_000 });
	const during = await house();
	for (const [what, size] of Object.entries(during))
		expect(size, what).toBeGreaterThanOrEqual(before[what]! + (what === '/departments' ? 0 : 1));

	await page.getByRole('button', { name: 'Quitar la empresa de ejemplo' }).click();
	await expect(page.getByText('Se quitó la empresa de ejemplo')).toBeVisible({ timeout: 60_000 });
	expect(await house()).toEqual(before);
	await page.goto(`${server.base}/inbox/all`);
	await expect(page.getByText('Todavía no hay casos aquí')).toBeVisible();
	await context.close();
});
