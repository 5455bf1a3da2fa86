import type { Live } from '@tertulia/api-client';
import { api } from './api.ts';
import { connection } from './connection.svelte.ts';
import { Backoff } from './backoff.ts';

type Listener = (update: Live) => void;

/** How long a cut stream may stay cut before the server is asked whether it is there. */
const CUT = 1500;

/**
 * The server's live stream. The browser resumes by itself with the last id it saw; when the server closes for good
 * (restart, expired session) it is opened again with growing pauses, and listeners are told to fetch anew. A stream
 * that stays cut does not say whether the server is gone, so a request finds out: its answer, or none, is what the
 * banner goes by.
 */
export class LiveStream {
	#source: EventSource | undefined;
	#listeners = new Set<Listener>();
	#backoff = new Backoff(1000, 30_000);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#cut: ReturnType<typeof setTimeout> | undefined;
	#lost = false;
	#running = false;

	/** Opens it from a session's place on, so that what changed while the first lists were fetched is told too. */
	start(after?: string): () => void {
		this.#running = true;
		this.#open(after);
		return () => {
			this.#running = false;
			clearTimeout(this.#timer);
			clearTimeout(this.#cut);
			this.#source?.close();
			this.#source = undefined;
		};
	}

	/** Hears every update until the returned function is called. */
	listen(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#tell(update: Live) {
		for (const listener of this.#listeners) listener(update);
	}

	#open(after?: string) {
		if (!this.#running) return;
		const source = new EventSource(
			after ? `/api/v1/live?after=${encodeURIComponent(after)}` : '/api/v1/live'
		);
		this.#source = source;
		source.onopen = () => {
			clearTimeout(this.#cut);
			connection.reached(true);
			this.#backoff.reset();
			if (this.#lost) this.#tell({ type: 'reset' });
			this.#lost = false;
		};
		const hear = (event: MessageEvent<string>) => {
			try {
				this.#tell(JSON.parse(event.data) as Live);
			} catch {
				// A half-written event after a cut line; what it said is fetched on reset.
			}
		};
		source.onmessage = hear;
		source.addEventListener('reset', () => this.#tell({ type: 'reset' }));
		source.onerror = () => {
			if (!navigator.onLine) connection.reached(false);
			clearTimeout(this.#cut);
			this.#cut = setTimeout(() => void api.get('/health').catch(() => undefined), CUT);
			// Unless it is closed, the browser tries again by itself and resumes by id.
			if (source.readyState !== EventSource.CLOSED) return;
			this.#lost = true;
			source.close();
			this.#timer = setTimeout(() => this.#open(), this.#backoff.next());
		};
	}
}

export const live = new LiveStream();
