/**
 * What the browser keeps for this chat. Pages may forbid storage: then it lasts as long as the page.
 * Other tabs of the same site see it too, and tell about changes.
 */
import type { Introduction, Waiting } from './types';

type Name = 'secret' | 'waiting' | 'read' | 'about' | 'began';

export class Keep {
	private readonly memory = new Map<string, string>();

	constructor(private readonly scope: string) {}

	private key(name: Name): string {
		return `tertulia.chat.${this.scope}.${name}`;
	}

	private get(name: Name): string | null {
		try {
			return localStorage.getItem(this.key(name));
		} catch {
			return this.memory.get(name) ?? null;
		}
	}

	private set(name: Name, value: string | null): void {
		try {
			if (value === null) localStorage.removeItem(this.key(name));
			else localStorage.setItem(this.key(name), value);
		} catch {
			if (value === null) this.memory.delete(name);
			else this.memory.set(name, value);
		}
	}

	get secret(): string | null {
		return this.get('secret');
	}
	set secret(value: string | null) {
		this.set('secret', value);
	}

	/** The visitor has written at least once: there is a conversation to show. */
	get began(): boolean {
		return this.get('began') === '1';
	}
	set began(value: boolean) {
		this.set('began', value ? '1' : null);
	}

	/** Written time of the newest answer the visitor has seen. */
	get read(): string {
		return this.get('read') ?? '';
	}
	set read(value: string) {
		this.set('read', value);
	}

	get about(): Introduction | null {
		return parse<Introduction>(this.get('about'));
	}
	set about(value: Introduction | null) {
		this.set('about', value && JSON.stringify(value));
	}

	get waiting(): Waiting[] {
		const list = parse<Waiting[]>(this.get('waiting'));
		return Array.isArray(list) ? list : [];
	}

	/** Reads again before writing, so that two tabs do not lose each other's messages. */
	changeWaiting(change: (list: Waiting[]) => Waiting[]): void {
		const list = change(this.waiting);
		this.set('waiting', list.length ? JSON.stringify(list) : null);
	}

	/** Calls back when another tab changed something. */
	onOtherTab(changed: () => void): void {
		addEventListener('storage', (event) => {
			if (event.key === null || event.key.startsWith(`tertulia.chat.${this.scope}.`)) changed();
		});
	}
}

function parse<T>(text: string | null): T | null {
	if (text === null) return null;
	try {
		return JSON.parse(text) as T;
	} catch {
		return null;
	}
}
