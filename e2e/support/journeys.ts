/** What must hold on every network that can do it, whatever server is behind it. */
import { expect, type Page } from '@playwright/test';
import { Api } from './api';
import { post } from './console';
import type { Mastodon } from './mastodon';
import type { Server } from './server';

/** A customer edits one post and deletes another: the console that shows them follows, and so does its search. */
export async function editAndDelete(
	page: Page,
	server: Server,
	api: Api,
	customer: Mastodon,
	company: string
): Promise<void> {
	const edited = await customer.post(`@${company} mi vuelo de #alba es el turpial 214`);
	const doomed = await customer.post(`@${company} esto de #alba fue un zarapito`);
	await expect
		.poll(async () => (await api.cases()).flatMap(Api.posts).map((one) => one.text), {
			timeout: 30_000
		})
		.toEqual(
			expect.arrayContaining([
				expect.stringContaining('turpial 214'),
				expect.stringContaining('zarapito')
			])
		);
	const found = (await api.cases()).find((one) =>
		Api.posts(one).some((found) => found.text.includes('zarapito'))
	);
	await page.goto(`${server.base}/inbox/all/${found!.id}`);
	await expect(post(page, 'turpial 214')).toBeVisible();
	await expect(post(page, 'zarapito')).toBeVisible();

	await customer.edit(edited.id, `@${company} mi vuelo de #alba es el gavilán 330`);
	await expect(post(page, 'gavilán 330')).toContainText('Editada', { timeout: 30_000 });
	await expect(post(page, 'turpial')).toHaveCount(0);
	await customer.delete(doomed.id);
	await expect(page.getByText('Su autor la borró')).toBeVisible({ timeout: 30_000 });
	await expect(post(page, 'zarapito')).toHaveCount(0);

	await page.getByRole('link', { name: 'Publicaciones' }).click();
	const search = page.getByRole('searchbox');
	await search.fill('gavilan');
	await expect(page.getByRole('article')).toHaveCount(1);
	await search.fill('turpial');
	await expect(page.getByText('No encontramos nada')).toBeVisible();
	await search.fill('zarapito');
	await expect(page.getByText('No encontramos nada')).toBeVisible();
	await search.fill('gavilan');
	await expect(page.getByRole('article')).toHaveCount(1);
}
