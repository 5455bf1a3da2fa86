import type { CaseChange, CaseDetail, CaseRow, Presence, ThreadPage } from '@tertulia/api-client';
import { ApiProblem } from '@tertulia/api-client';
import { api } from '$lib/state/api.ts';
import { gather } from '$lib/state/gather.ts';
import { live } from '$lib/state/live.svelte.ts';
import { session } from '$lib/state/session.svelte.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';
import { renewed, withEarlier } from './threadOrder.ts';

const PRESENCE_EVERY = 10_000;
const RESERVE_EVERY = 30_000;
const TYPING_FOR = 6000;

/** The case on the screen: kept as the server has it, with who else is here. */
export class OpenCase {
	id = $state('');
	detail = $state<CaseDetail | undefined>(undefined);
	error = $state<ApiProblem | undefined>(undefined);
	/** The visitor of a web chat types. */
	visitorTyping = $state(false);
	/** Somebody else answers this case right now. */
	reservedByOther = $state(false);
	others: Presence[] = $derived(
		(this.detail?.presence ?? []).filter((present) => present.user_id !== session.me.id)
	);
	/** What came before is on its way. */
	loadingEarlier = $state(false);
	#typedAt = 0;
	#reservedAt = 0;
	#visitorTimer: ReturnType<typeof setTimeout> | undefined;
	#lapseTimer: ReturnType<typeof setTimeout> | undefined;

	/** Opens a case and follows it until the returned function is called. */
	open(id: string): () => void {
		this.id = id;
		this.detail = undefined;
		this.error = undefined;
		this.reservedByOther = false;
		this.visitorTyping = false;
		this.loadingEarlier = false;
		this.#typedAt = 0;
		this.#reservedAt = 0;
		void this.load().then(() => this.#seen());
		const reload = gather(() => void this.load().then(() => this.#seen()), 120, 800);
		const stop = live.listen((update) => {
			if (update.type === 'reset') reload.call();
			if (!('case_id' in update) || update.case_id !== id) return;
			if (update.type === 'presence' && this.detail) {
				this.detail = {
					...this.detail,
					presence: update.present,
					reserved_by: update.reserved_by ?? null
				};
				const held = this.#heldBy(update.reserved_by);
				// Until when, only the case itself says.
				if (held) reload.call();
			} else if (update.type === 'visitor_typing') {
				this.visitorTyping = true;
				clearTimeout(this.#visitorTimer);
				this.#visitorTimer = setTimeout(() => (this.visitorTyping = false), 6000);
			} else {
				reload.call();
			}
		});
		void this.#present('viewing');
		const beat = setInterval(() => {
			const typing = Date.now() - this.#typedAt < TYPING_FOR;
			if (!document.hidden) void this.#present(typing ? 'typing' : 'viewing');
		}, PRESENCE_EVERY);
		return () => {
			stop();
			reload.cancel();
			clearInterval(beat);
			clearTimeout(this.#visitorTimer);
			clearTimeout(this.#lapseTimer);
			void this.#leave(id);
		};
	}

	async load(): Promise<void> {
		const id = this.id;
		try {
			const detail = await api.get<CaseDetail>(`/cases/${id}`);
			if (id !== this.id) return;
			this.detail = { ...detail, ...renewed(this.detail, detail) };
			this.#heldBy(detail.reserved_by, detail.reserved_until);
			this.error = undefined;
		} catch (error) {
			if (id === this.id && error instanceof ApiProblem && !this.detail) this.error = error;
		}
	}

	/** Fetches the page before what is there; how many things it added. */
	async loadEarlier(): Promise<number> {
		const { id } = this;
		const before = this.detail?.older;
		if (!before || this.loadingEarlier) return 0;
		this.loadingEarlier = true;
		try {
			const page = await api.get<ThreadPage>(`/cases/${id}/thread`, { query: { before } });
			// Another case, or the thread was begun anew meanwhile.
			if (id !== this.id || this.detail?.older !== before) return 0;
			const had = this.detail.thread.length;
			this.detail = { ...this.detail, ...withEarlier(this.detail, page) };
			return this.detail.thread.length - had;
		} catch (error) {
			if (id === this.id) toasts.fail(error);
			return 0;
		} finally {
			if (id === this.id) this.loadingEarlier = false;
		}
	}

	/** Changes the case at once on the screen; the server's word comes after and wins. */
	async change(change: CaseChange, id = this.id): Promise<boolean> {
		const before = this.detail;
		if (before?.id === id) this.detail = { ...before, ...change } as CaseDetail;
		try {
			const row = await api.patch<CaseRow>(`/cases/${id}`, change);
			this.#adopt(row);
			void this.load();
			return true;
		} catch (error) {
			if (before?.id === id && id === this.id) this.detail = before;
			toasts.fail(error);
			return false;
		}
	}

	async take(): Promise<void> {
		try {
			this.#adopt(await api.post<CaseRow>(`/cases/${this.id}/take`));
		} catch (error) {
			toasts.fail(error);
		}
		void this.load();
	}

	/** Says that this person types an answer (reserving it) or a note (only shown). */
	async typing(answering: boolean): Promise<void> {
		const now = Date.now();
		const began = now - this.#typedAt > TYPING_FOR;
		this.#typedAt = now;
		if (began) void this.#present('typing');
		if (!answering || now - this.#reservedAt < RESERVE_EVERY) return;
		this.#reservedAt = now;
		const { id } = this;
		try {
			await api.post(`/cases/${id}/reserve`);
			if (id === this.id) this.reservedByOther = false;
		} catch (error) {
			if (id !== this.id) return;
			this.#reservedAt = 0;
			if (error instanceof ApiProblem && error.code === 'reserved_by_other') {
				this.reservedByOther = true;
				void this.load();
			}
		}
	}

	/** The answer was sent or thrown away: others may answer. */
	async released(): Promise<void> {
		this.#typedAt = 0;
		if (!this.#reservedAt) return;
		this.#reservedAt = 0;
		await api.post(`/cases/${this.id}/release`).catch(() => undefined);
	}

	/** Somebody may be answering; a reservation nobody renews ends by itself, without news of it. */
	#heldBy(user: string | null | undefined, until?: string | null): boolean {
		clearTimeout(this.#lapseTimer);
		this.reservedByOther = Boolean(user && user !== session.me.id);
		if (this.reservedByOther && until) {
			const left = Math.max(0, Date.parse(until) - Date.now());
			this.#lapseTimer = setTimeout(() => void this.load(), left + 1000);
		}
		return this.reservedByOther;
	}

	#adopt(row: CaseRow) {
		if (this.detail && this.detail.id === row.id) this.detail = { ...this.detail, ...row };
	}

	#seen() {
		if (!this.detail?.unread || document.hidden) return;
		this.detail = { ...this.detail, unread: false };
		void api.post(`/cases/${this.id}/seen`).catch(() => undefined);
	}

	async #present(state: 'viewing' | 'typing') {
		const id = this.id;
		try {
			const presence = await api.post<Presence[]>(`/cases/${id}/presence`, { state });
			if (id === this.id && this.detail && Array.isArray(presence)) {
				this.detail = { ...this.detail, presence };
			}
		} catch {
			// The next beat tries again.
		}
	}

	async #leave(id: string) {
		if (this.#reservedAt) {
			void api.post(`/cases/${id}/release`, undefined, { keepalive: true }).catch(() => undefined);
		}
		await api
			.post(`/cases/${id}/presence`, { state: 'left' }, { keepalive: true })
			.catch(() => undefined);
	}
}
