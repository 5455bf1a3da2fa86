import type {
	CannedAnswer,
	Channel,
	Department,
	Monitor,
	User,
	WordListBrief
} from '@tertulia/api-client';
import { api } from './api.ts';
import { preferences } from './preferences.svelte.ts';

/** What one answer lists at most; there may be more monitors then. */
const LISTED = 5_000;

/** Small lists that every screen needs: colleagues, departments, channels, monitors, shared lists, ready-made answers. */
class Directory {
	users = $state<User[]>([]);
	departments = $state<Department[]>([]);
	channels = $state<Channel[]>([]);
	monitors = $state<Monitor[]>([]);
	lists = $state<WordListBrief[]>([]);
	canned = $state<CannedAnswer[]>([]);
	loaded = $state(false);

	activeUsers = $derived(this.users.filter((user) => user.status === 'active'));

	/** Fetches all; a list the role may not read stays empty. */
	async load(): Promise<void> {
		const read = async <T>(path: string, take: (items: T[]) => void) => {
			try {
				take(await api.get<T[]>(path));
			} catch {
				// Not for this role, or unreachable: the banner says so.
			}
		};
		await Promise.all([
			read<User>('/users', (users) => (this.users = users)),
			read<Department>('/departments', (departments) => (this.departments = departments)),
			read<Channel>('/channels', (channels) => (this.channels = channels)),
			read<Monitor>('/monitors', (monitors) => (this.monitors = monitors)),
			read<WordListBrief>('/lists', (lists) => (this.lists = lists)),
			read<CannedAnswer>('/canned-answers', (canned) => (this.canned = canned))
		]);
		this.loaded = true;
	}

	/** Not all monitors are here: those beyond come when they are looked for. */
	moreMonitors = $derived(this.monitors.length >= LISTED);

	#addMonitors(found: Monitor[]) {
		const known = new Set(this.monitors.map((one) => one.id));
		const fresh = found.filter((one) => !known.has(one.id));
		if (fresh.length > 0) this.monitors = [...this.monitors, ...fresh];
	}

	/** Fetches monitors with these letters in name or query, when not all are here. */
	async seekMonitors(words: string): Promise<void> {
		if (!this.moreMonitors || words.trim() === '') return;
		this.#addMonitors(await api.get<Monitor[]>('/monitors', { query: { q: words, limit: 500 } }));
	}

	/** Fetches one monitor that is not here, when not all are; whether there is one. */
	async seekMonitor(id: string): Promise<boolean> {
		if (!this.moreMonitors) return false;
		try {
			this.#addMonitors([await api.get<Monitor>(`/monitors/${id}`)]);
			return true;
		} catch {
			return false;
		}
	}

	async loadChannels(): Promise<void> {
		this.channels = await api.get<Channel[]>('/channels');
	}

	user(id: string | null | undefined): User | undefined {
		return this.users.find((user) => user.id === id);
	}

	channel(id: string | null | undefined): Channel | undefined {
		return this.channels.find((channel) => channel.id === id);
	}

	department(id: string | null | undefined): Department | undefined {
		return this.departments.find((department) => department.id === id);
	}

	departmentName(id: string | null | undefined): string | undefined {
		const department = this.department(id);
		if (!department) return undefined;
		return preferences.locale === 'en' ? department.name_en : department.name_es;
	}
}

export const directory = new Directory();
