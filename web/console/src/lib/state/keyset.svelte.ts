import { ApiProblem, type Page, type QueryPlace } from '@tertulia/api-client';
import { untrack } from 'svelte';

/** A page of a list that goes on after its last row's id; one with fewer rows than the server's pages is the last. */
export const rowPage = <T extends { id: string }>(items: T[], size: number): Page<T> => ({
	items,
	next: items.length < size ? null : items.at(-1)?.id
});

type Load<T> = (after: string | undefined, limit: number, signal: AbortSignal) => Promise<Page<T>>;

/**
 * A list that grows by keyset pages as it is scrolled, and whose head can be fetched again without losing the place.
 *
 * An effect may fetch: what the list holds meanwhile is not what the effect depends on.
 */
export class KeysetList<T extends { id: string }> {
	items = $state<T[]>([]);
	loading = $state(true);
	loadingMore = $state(false);
	error = $state<unknown>(undefined);
	#next: string | undefined;
	/** Something changed while the first page was on its way: it may not be in it. */
	#changed = false;
	#load: Load<T>;
	#pageSize: number;
	#abort = new AbortController();

	constructor(load: Load<T>, pageSize = 50) {
		this.#load = load;
		this.#pageSize = pageSize;
	}

	get complete(): boolean {
		return !this.loading && !this.#next;
	}

	/** Begins with rows that came by another way; `next` fetches what follows them. */
	begin(items: T[], next?: string): void {
		this.#abort.abort();
		this.#abort = new AbortController();
		this.items = items;
		this.#next = next;
		this.loading = false;
		this.loadingMore = false;
		this.error = undefined;
	}

	/** What the server says of a search it does not understand; it concerns the words asked, not the list. */
	get misread(): string | undefined {
		const { error } = this;
		if (!(error instanceof ApiProblem) || error.code !== 'invalid_query') return undefined;
		return error.fields[0]?.message ?? error.detail ?? error.message;
	}

	/** Where in the words asked that is. */
	get misplaced(): QueryPlace | undefined {
		return this.misread && this.error instanceof ApiProblem ? this.error.place('q') : undefined;
	}

	/**
	 * Starts over, for another folder or another search. A search not understood, as one half typed, leaves the rows
	 * that were there, without what follows them.
	 */
	async restart(): Promise<void> {
		this.#abort.abort();
		this.#abort = new AbortController();
		const { signal } = this.#abort;
		this.loading = true;
		this.loadingMore = false;
		this.#changed = false;
		if (!untrack(() => this.misread)) this.error = undefined;
		try {
			const page = await this.#load(undefined, this.#pageSize, signal);
			if (signal.aborted) return;
			this.items = page.items;
			this.#next = page.next ?? undefined;
			this.error = undefined;
		} catch (error) {
			if (signal.aborted) return;
			this.#next = undefined;
			this.error = error;
			if (!untrack(() => this.misread)) this.items = [];
		}
		this.loading = false;
		if (this.#changed) await this.refresh();
	}

	async more(): Promise<void> {
		if (!this.#next || untrack(() => this.loadingMore || this.loading)) return;
		const { signal } = this.#abort;
		this.loadingMore = true;
		this.error = undefined;
		try {
			const page = await this.#load(this.#next, this.#pageSize, signal);
			if (!signal.aborted) {
				const known = new Set(this.items.map((item) => item.id));
				this.items = [...this.items, ...page.items.filter((item) => !known.has(item.id))];
				this.#next = page.next ?? undefined;
			}
		} catch (error) {
			if (!signal.aborted) this.error = error;
		}
		if (signal === this.#abort.signal) this.loadingMore = false;
	}

	/** Fetches again what is loaded (up to a page of the server's), keeping anything older as it was. */
	async refresh(): Promise<void> {
		const [loading, loaded] = untrack(() => [this.loading, this.items.length]);
		if (loading) {
			this.#changed = true;
			return;
		}
		const { signal } = this.#abort;
		const limit = Math.min(200, Math.max(this.#pageSize, loaded));
		try {
			const page = await this.#load(undefined, limit, signal);
			if (signal.aborted) return;
			const fresh = new Set(page.items.map((item) => item.id));
			const end = page.items.at(-1)?.id;
			const at = page.next ? this.items.findIndex((item) => item.id === end) : -1;
			const tail = at < 0 ? [] : this.items.slice(at + 1).filter((item) => !fresh.has(item.id));
			this.items = [...page.items, ...tail];
			if (tail.length === 0) this.#next = page.next ?? undefined;
			this.error = undefined;
		} catch (error) {
			if (!signal.aborted && this.items.length === 0) this.error = error;
		}
	}

	/** Changes an item in place, before the server confirms. */
	patch(id: string, change: Partial<T>): void {
		this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item));
	}

	remove(ids: Set<string>): void {
		this.items = this.items.filter((item) => !ids.has(item.id));
	}
}
