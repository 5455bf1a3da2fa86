/** A person with an account on a Mastodon-compatible server, through that server's own API. */
import { expect } from '@playwright/test';
import type { AccountPlace } from './peers';

export interface Status {
	id: string;
	url: string;
	content: string;
	visibility: string;
	in_reply_to_id: string | null;
	account: { acct: string };
}

/** A server asks its queue of deliveries every few seconds. */
const FEDERATION = 30_000;

export class Mastodon {
	constructor(private readonly place: AccountPlace) {}

	get handle(): string {
		return this.place.handle;
	}

	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers: Record<string, string> = { authorization: `Bearer ${this.place.token}` };
		if (body !== undefined) headers['content-type'] = 'application/json';
		const response = await fetch(`${this.place.base_url}/api${path}`, {
			method,
			headers: { ...headers, connection: 'close' },
			body: body === undefined ? null : JSON.stringify(body)
		});
		const said = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
		return JSON.parse(said) as T;
	}

	/** Posts in public, or as `more` says. */
	post(text: string, more: Record<string, unknown> = {}): Promise<Status> {
		return this.call('POST', '/v1/statuses', { status: text, visibility: 'public', ...more });
	}

	edit(id: string, text: string): Promise<Status> {
		return this.call('PUT', `/v1/statuses/${id}`, { status: text });
	}

	delete(id: string): Promise<unknown> {
		return this.call('DELETE', `/v1/statuses/${id}`);
	}

	/** Follows somebody: their posts reach this account's server from then on. */
	async follow(other: Mastodon): Promise<void> {
		const found = await this.call<{ accounts: { id: string }[] }>(
			'GET',
			`/v2/search?type=accounts&resolve=true&limit=1&q=@${other.handle}`
		);
		await this.call('POST', `/v1/accounts/${found.accounts[0]?.id}/follow`, {});
		await expect
			.poll(
				async () =>
					(await other.call<{ type: string }[]>('GET', '/v1/notifications?limit=40')).some(
						(one) => one.type === 'follow'
					),
				{ timeout: FEDERATION }
			)
			.toBe(true);
	}

	/** Waits until a post with this text is in sight of this person: home, notifications or below an own post. */
	async find(text: string, below?: string): Promise<Status> {
		let found: Status | undefined;
		await expect(async () => {
			const home = await this.call<Status[]>('GET', '/v1/timelines/home');
			const told = await this.call<{ status?: Status }[]>('GET', '/v1/notifications?limit=40');
			const thread = below
				? await this.call<{ descendants: Status[] }>('GET', `/v1/statuses/${below}/context`)
				: { descendants: [] };
			found = [
				...home,
				...told.flatMap((one) => (one.status ? [one.status] : [])),
				...thread.descendants
			].find((status) => status.content.includes(text));
			expect(found, `${this.handle} sees «${text}»`).toBeDefined();
		}).toPass({ timeout: FEDERATION, intervals: [200, 400, 800] });
		return found!;
	}
}
