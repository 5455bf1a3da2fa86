/** The console's API as a signed-in user, for preparing journeys and for reading what came of them. */

export interface Channel {
	id: string;
	number: number;
	name: string;
}

export interface Attachment {
	id: string;
	mime: string;
	name: string | null;
	size: number | null;
	path: string | null;
}

export interface Post {
	id: string;
	conversation_id: string | null;
	direction: 'in' | 'out';
	visibility: 'public' | 'private';
	text: string;
	url: string | null;
	author: { name: string; handle: string };
	attachments: Attachment[];
	sending: { state: string; reason: string | null } | null;
}

export interface Case {
	id: string;
	number: number;
	excerpt: string;
	state: string;
	conversations: { id: string; channel_id: string }[];
	thread: { type: string; post?: Post }[];
}

export class Api {
	private cookie = '';

	constructor(readonly base: string) {}

	async signIn(email: string, password: string): Promise<void> {
		const response = await this.fetch('POST', '/session', { email, password });
		this.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
	}

	/** The session's cookie, to give it to a browser. */
	get session(): { name: string; value: string; url: string } {
		const [name = '', value = ''] = this.cookie.split('=');
		return { name, value, url: this.base };
	}

	async fetch(method: string, path: string, body?: unknown): Promise<Response> {
		const form = body instanceof FormData;
		const headers: Record<string, string> = { 'x-tertulia': '1', cookie: this.cookie };
		if (body !== undefined && !form) headers['content-type'] = 'application/json';
		const response = await fetch(`${this.base}/api/v1${path}`, {
			method,
			headers,
			body: form ? body : body === undefined ? null : JSON.stringify(body)
		});
		if (!response.ok)
			throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
		return response;
	}

	async json<T>(method: string, path: string, body?: unknown): Promise<T> {
		return (await (await this.fetch(method, path, body)).json()) as T;
	}

	get<T>(path: string): Promise<T> {
		return this.json('GET', path);
	}

	post<T>(path: string, body: unknown): Promise<T> {
		return this.json('POST', path, body);
	}

	connect(kind: string, name: string, settings: Record<string, unknown>): Promise<Channel> {
		return this.post('/channels', { kind, name, settings, window_days: 0, enabled: true });
	}

	/** All cases this user sees, with their threads. */
	async cases(): Promise<Case[]> {
		const page = await this.get<{ items: { id: string }[] }>('/cases?folder=all');
		return Promise.all(page.items.map((row) => this.get<Case>(`/cases/${row.id}`)));
	}

	/** The posts of a case, in order. */
	static posts(found: Case): Post[] {
		return found.thread.flatMap((item) => (item.post ? [item.post] : []));
	}

	/** Answers in a case's newest conversation. */
	async answer(found: Case, text: string, files: string[] = []): Promise<void> {
		await this.post(`/cases/${found.id}/answers`, {
			id: crypto.randomUUID(),
			conversation_id: found.conversations.at(-1)?.id,
			text,
			visibility: 'private',
			attachment_ids: files
		});
	}

	/** Uploads a file for an answer. */
	async upload(name: string, type: string, content: BlobPart): Promise<Attachment> {
		const form = new FormData();
		form.append('file', new Blob([content], { type }), name);
		return (await this.json<{ attachment: Attachment }>('POST', '/uploads', form)).attachment;
	}

	/** Answers leave at once instead of after the pause for taking them back. */
	async withoutUndo(): Promise<void> {
		const company = await this.get<Record<string, unknown>>('/settings/company');
		await this.json('PUT', '/settings/company', { ...company, undo_seconds: 0 });
	}
}
