import type { BulkResult, CaseChange, CasePage, CaseRow } from '@tertulia/api-client';
import { folderQuery } from '$lib/frame/folders.ts';
import { m } from '$lib/paraglide/messages.js';
import { api } from '$lib/state/api.ts';
import { gather } from '$lib/state/gather.ts';
import { KeysetList } from '$lib/state/keyset.svelte.ts';
import { live } from '$lib/state/live.svelte.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';
import type { LabelQuery } from '$lib/understanding/query.ts';

/** The list of one folder: what it holds, what is chosen, where the cursor stands. */
export class Inbox {
	folder = $state('mine');
	search = $state('');
	/** Only cases that say one of these; a search looks at all. */
	says = $state.raw<LabelQuery>({});
	chosen = $state<ReadonlySet<string>>(new Set());
	cursor = $state(-1);
	list: KeysetList<CaseRow>;
	#anchor = -1;

	constructor() {
		this.list = new KeysetList<CaseRow>((after, limit, signal) =>
			api.get<CasePage>('/cases', {
				query: {
					...folderQuery(this.folder),
					q: this.search.trim(),
					...(this.search.trim() ? {} : this.says),
					after,
					limit
				},
				signal
			})
		);
	}

	open(folder: string, search: string): void {
		this.folder = folder;
		this.search = search;
		this.chosen = new Set();
		this.cursor = -1;
		void this.list.restart();
	}

	ask(says: LabelQuery): void {
		this.says = says;
		this.chosen = new Set();
		this.cursor = -1;
		void this.list.restart();
	}

	/** Keeps the list as the server has it until the returned function is called. */
	follow(): () => void {
		const refresh = gather(() => void this.list.refresh(), 300, 1500);
		const stop = live.listen((update) => {
			if (update.type === 'case' || update.type === 'post' || update.type === 'reset')
				refresh.call();
		});
		return () => {
			stop();
			refresh.cancel();
		};
	}

	at(): CaseRow | undefined {
		return this.list.items[this.cursor];
	}

	move(by: number): void {
		const last = this.list.items.length - 1;
		this.cursor = Math.max(0, Math.min(last, this.cursor + by));
	}

	/** Puts the cursor on a case that was opened by other means. */
	point(id: string | undefined): void {
		const index = this.list.items.findIndex((row) => row.id === id);
		if (index >= 0) this.cursor = index;
	}

	/** Chooses one, or with `range` everything from the last chosen one to here. */
	toggle(id: string, range = false): void {
		const index = this.list.items.findIndex((row) => row.id === id);
		const next = new Set(this.chosen);
		if (range && this.#anchor >= 0) {
			const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
			for (const row of this.list.items.slice(from, to + 1)) next.add(row.id);
		} else if (next.has(id)) {
			next.delete(id);
		} else {
			next.add(id);
		}
		this.#anchor = index;
		this.chosen = next;
	}

	chooseAll(): void {
		this.chosen = new Set(this.list.items.map((row) => row.id));
	}

	clear(): void {
		this.chosen = new Set();
	}

	/** Applies a change to everything chosen, 200 at a time, and says what was not changed. */
	async changeChosen(change: CaseChange): Promise<void> {
		const ids = [...this.chosen];
		let changed = 0;
		let failed = 0;
		try {
			for (let from = 0; from < ids.length; from += 200) {
				const result = await api.post<BulkResult>('/cases/bulk', {
					ids: ids.slice(from, from + 200),
					change
				});
				changed += result.changed;
				failed += result.failed.length;
			}
			this.clear();
			if (failed > 0) toasts.show({ text: m.bulk_some({ changed, failed }), tone: 'bad' });
			else toasts.good(m.bulk_done({ count: changed }));
		} catch (error) {
			toasts.fail(error);
		}
		void this.list.refresh();
	}
}
