import {
	ApiProblem,
	type Monitor,
	type MonitorForm,
	type Preview,
	type QueryCheck
} from '@tertulia/api-client';
import { api } from '$lib/state/api.ts';
import { directory } from '$lib/state/directory.svelte.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';

/** Milliseconds after the last key before the server is asked. */
const PAUSE = 250;

/**
 * A monitor as somebody is changing it, kept while they move between its views, with what the server says of its query.
 */
export class MonitorDraft {
	name = $state('');
	query = $state('');
	enabled = $state(true);
	folder = $state('');
	ownerId = $state('');
	note = $state('');
	check = $state<QueryCheck | undefined>(undefined);
	preview = $state<Preview | undefined>(undefined);
	looking = $state(false);
	busy = $state(false);
	problem = $state<ApiProblem | undefined>(undefined);
	/** What is saved; absent while the monitor is new. */
	#saved = $state.raw<Monitor | undefined>(undefined);

	changed = $derived(
		!this.#saved ||
			this.name.trim() !== this.#saved.name ||
			this.query.trim() !== this.#saved.query ||
			this.enabled !== this.#saved.enabled ||
			this.folder.trim() !== this.#saved.folder ||
			(this.ownerId !== '' && this.ownerId !== this.#saved.owner?.id)
	);
	/** Whether leaving now loses what somebody wrote. */
	begun = $derived(
		this.#saved
			? this.changed
			: [this.name, this.query, this.folder].some((text) => text.trim() !== '')
	);
	/** Whether saving now makes another version. */
	makesVersion = $derived(
		Boolean(this.#saved) &&
			(this.name.trim() !== this.#saved?.name || this.query.trim() !== this.#saved?.query)
	);

	/** A new one belongs to whoever makes it. */
	constructor(saved: Monitor | undefined, me: string) {
		this.ownerId = me;
		if (saved) this.adopt(saved);
	}

	/** Starts from what is saved. */
	adopt(saved: Monitor) {
		this.#saved = saved;
		this.name = saved.name;
		this.query = saved.query;
		this.enabled = saved.enabled;
		this.folder = saved.folder;
		this.ownerId = saved.owner?.id ?? '';
		this.note = '';
		this.problem = undefined;
	}

	/** Takes over what others saved, unless this person is in the middle of something. */
	follow(saved: Monitor) {
		if (!this.changed && saved.updated_at !== this.#saved?.updated_at) this.adopt(saved);
	}

	/** To be run as an effect: asks the server about the query a moment after it changes. */
	watch(): (() => void) | undefined {
		const query = this.query.trim();
		const monitor_id = this.#saved?.id;
		if (query === '') {
			this.check = undefined;
			this.preview = undefined;
			return undefined;
		}
		const abort = new AbortController();
		const { signal } = abort;
		const timer = setTimeout(async () => {
			this.looking = true;
			try {
				this.check = await api.post<QueryCheck>(
					'/monitors/check',
					{ query, monitor_id },
					{ signal }
				);
				if (this.check.ok) {
					this.preview = await api.post<Preview>(
						'/monitors/preview',
						{ query, limit: 20 },
						{ signal }
					);
				}
			} catch (error) {
				toasts.fail(error);
			}
			if (!signal.aborted) this.looking = false;
		}, PAUSE);
		return () => {
			clearTimeout(timer);
			abort.abort();
			this.looking = false;
		};
	}

	/** Saves and gives the monitor; nothing when the server refused, and then `problem` or a notice says why. */
	async save(): Promise<Monitor | undefined> {
		this.busy = true;
		this.problem = undefined;
		const form: MonitorForm = {
			name: this.name.trim(),
			query: this.query.trim(),
			enabled: this.enabled,
			folder: this.folder.trim(),
			owner_id: this.ownerId || undefined,
			note: this.note.trim() || undefined
		};
		try {
			const saved = this.#saved
				? await api.patch<Monitor>(`/monitors/${this.#saved.id}`, form)
				: await api.post<Monitor>('/monitors', form);
			this.adopt(saved);
			await directory.load();
			return saved;
		} catch (error) {
			if (error instanceof ApiProblem && error.fields.length > 0) this.problem = error;
			else toasts.fail(error);
			return undefined;
		} finally {
			this.busy = false;
		}
	}
}
