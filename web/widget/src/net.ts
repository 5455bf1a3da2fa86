/** The public chat endpoints of one channel. */
import { EventReader, type ServerEvent } from './sse';
import type { Text } from './texts';
import type {
	ChatFile,
	ChatMessage,
	ChatSettings,
	ChatVisit,
	Introduction,
	Waiting
} from './types';

/** The server answered, and did not do it. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		/** Seconds the server asks us to wait. */
		readonly wait: number
	) {
		super(code);
	}
	/** Trying again later may work. */
	get passing(): boolean {
		return this.status === 429 || this.status >= 500;
	}
}

/** Why a file could not be uploaded, and whether another try is worth it. */
export function uploadProblem(error: unknown): Text {
	if (error instanceof DOMException && error.name === 'TimeoutError') return 'uploadSlow';
	if (!(error instanceof Refused)) return 'uploadFailed';
	if (error.status === 413 || error.code === 'too_large') return 'tooLarge';
	if (error.status === 429) return 'uploadWait';
	return error.passing ? 'uploadFailed' : 'uploadRefused';
}

/** A silent stream is dead: the server breathes every 15 seconds. */
const SILENCE = 45_000;
const PATIENCE = 20_000;

export class Net {
	constructor(
		private readonly base: string,
		private readonly channel: string,
		private readonly secret: () => string | null
	) {}

	private async call(path: string, init: RequestInit = {}, patience = PATIENCE): Promise<Response> {
		const headers = new Headers(init.headers);
		const secret = this.secret();
		if (secret) headers.set('authorization', `Visitor ${secret}`);
		const response = await fetch(`${this.base}/chat/${this.channel}${path}`, {
			signal: AbortSignal.timeout(patience),
			...init,
			headers,
			credentials: 'omit',
			referrerPolicy: 'no-referrer'
		});
		if (response.ok) return response;
		const problem = (await response.json().catch(() => ({}))) as { code?: unknown };
		const code = typeof problem.code === 'string' ? problem.code : `http_${response.status}`;
		throw new Refused(response.status, code, Number(response.headers.get('retry-after')) || 0);
	}

	private async json<T>(path: string, body?: unknown): Promise<T> {
		const init =
			body === undefined
				? {}
				: {
						method: 'POST',
						headers: { 'content-type': 'application/json' },
						body: JSON.stringify(body)
					};
		return (await (await this.call(path, init)).json()) as T;
	}

	settings(lang: string): Promise<ChatSettings> {
		return this.json(`?lang=${lang}`);
	}

	visit(about: Introduction | null, lang: string): Promise<ChatVisit> {
		return this.json('/visit', {
			visitor: this.secret(),
			name: about?.name || null,
			email: about?.email || null,
			page: location.href.split('#')[0],
			lang
		});
	}

	async history(): Promise<ChatMessage[]> {
		return (await this.json<{ messages: ChatMessage[] }>('/messages')).messages;
	}

	send(message: Waiting): Promise<ChatMessage> {
		const file_ids = message.files.map((file) => file.id);
		return this.json('/messages', { id: message.id, text: message.text, file_ids });
	}

	async typing(): Promise<void> {
		await this.call('/typing', { method: 'POST' });
	}

	async upload(file: File): Promise<ChatFile> {
		const body = new FormData();
		body.append('file', file, file.name);
		return (await (
			await this.call('/files', { method: 'POST', body }, 180_000)
		).json()) as ChatFile;
	}

	async file(id: string): Promise<Blob> {
		return (await this.call(`/files/${encodeURIComponent(id)}`, {}, 180_000)).blob();
	}

	/** Listens until the stream ends or is silent too long. */
	async live(hear: (event: ServerEvent) => void, opened: () => void): Promise<void> {
		const stop = new AbortController();
		let silence = setTimeout(() => stop.abort(), SILENCE);
		try {
			const response = await this.call('/live', {
				signal: stop.signal,
				headers: { accept: 'text/event-stream' },
				cache: 'no-store'
			});
			const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader();
			if (!pieces) return;
			opened();
			const reader = new EventReader();
			for (;;) {
				const { done, value } = await pieces.read();
				if (done) return;
				clearTimeout(silence);
				silence = setTimeout(() => stop.abort(), SILENCE);
				reader.push(value).forEach(hear);
			}
		} finally {
			clearTimeout(silence);
			stop.abort();
		}
	}
}
