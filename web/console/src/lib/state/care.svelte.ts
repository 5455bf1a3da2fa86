import type { CaseCounts, CaseRow, Notice, Offer } from '@tertulia/api-client';
import { api } from './api.ts';
import { gather } from './gather.ts';
import { KeysetList, rowPage } from './keyset.svelte.ts';
import { live } from './live.svelte.ts';

/** Notices of a page. */
const NOTICES = 100;

/** What needs this person now, whatever the screen: counts of the folders, offers, notices. */
class Care {
	counts = $state<CaseCounts | undefined>(undefined);
	offers = $state<Offer[]>([]);
	noticeList = new KeysetList<Notice>(
		async (after, _, signal) =>
			rowPage(await api.get<Notice[]>('/notices', { query: { after }, signal }), NOTICES),
		NOTICES
	);
	notices = $derived(this.noticeList.items);
	unreadNotices = $derived(this.notices.filter((notice) => !notice.read).length);

	start(): () => void {
		const counts = gather(() => void this.loadCounts(), 400, 2000);
		void this.loadCounts();
		void this.loadOffers();
		this.noticeList.begin([]);
		void this.loadNotices();
		const stop = live.listen((update) => {
			if (update.type === 'case' || update.type === 'post' || update.type === 'reset')
				counts.call();
			if (update.type === 'offer' || update.type === 'reset') void this.loadOffers();
			if (update.type === 'notice' || update.type === 'reset') void this.loadNotices();
		});
		return () => {
			stop();
			counts.cancel();
		};
	}

	async loadCounts(): Promise<void> {
		await quietly(async () => (this.counts = await api.get<CaseCounts>('/cases/counts')));
	}

	async loadOffers(): Promise<void> {
		await quietly(async () => (this.offers = await api.get<Offer[]>('/offers')));
	}

	async loadNotices(): Promise<void> {
		await this.noticeList.refresh();
	}

	async accept(offer: Offer): Promise<CaseRow> {
		const row = await api.post<CaseRow>(`/offers/${offer.id}/accept`);
		this.offers = this.offers.filter((other) => other.id !== offer.id);
		return row;
	}

	async decline(offer: Offer): Promise<void> {
		this.offers = this.offers.filter((other) => other.id !== offer.id);
		await api.post(`/offers/${offer.id}/decline`);
	}

	async readNotices(): Promise<void> {
		if (this.unreadNotices === 0) return;
		await api.post('/notices/read');
		this.noticeList.items = this.notices.map((notice) => ({ ...notice, read: true }));
	}
}

/** Background fetches fail silently: the offline banner or the next update tells. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
	try {
		await work();
	} catch {
		// See above.
	}
}

export const care = new Care();
