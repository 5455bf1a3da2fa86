/**
 * The conversation as this page knows it: what the server has, what waits to be sent, what is unread. Knows nothing of
 * the screen; tells `changed` when something did.
 */
import { Keep } from './keep';
import { Net, Refused } from './net';
import type { ServerEvent } from './sse';
import type { Lang } from './texts';
import type { ChatFile, ChatMessage, ChatSettings, Introduction, Waiting } from './types';

/** How long "typing" is shown after the last sign of it. */
const TYPING_SHOWN = 6_000;
const TYPING_PAUSE = 3_000;
/** Milliseconds until what one tab keeps is surely seen by the others. */
const HANDED_OVER = 150;
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 30_000;

export class Chat {
	settings: ChatSettings | null = null;
	messages: ChatMessage[] = [];
	online = true;
	agentTyping = false;
	/** Written time of the visitor's newest message when the agent looked. */
	seenUpTo = '';
	open = false;
	sending = false;

	private net: Net;
	private live = false;
	private flushing: Promise<void> | null = null;
	private visiting: Promise<void> | null = null;
	private typingTold = 0;
	private typingTimer: ReturnType<typeof setTimeout> | undefined;
	private readonly sleepers = new Set<() => void>();

	constructor(
		base: string,
		channel: string,
		private readonly keep: Keep,
		private readonly lang: Lang,
		private readonly changed: () => void
	) {
		this.net = new Net(base, channel, () => keep.secret);
	}

	/** Loads the settings; for a visitor who has written before, also the conversation. */
	async start(): Promise<void> {
		addEventListener('online', () => this.hurry());
		addEventListener('offline', () => this.setOnline(false));
		this.keep.onOtherTab(() => {
			if (this.keep.began) this.listen();
			this.changed();
		});
		await this.untilItWorks(async () => {
			this.settings = await this.net.settings(this.lang);
		});
		this.changed();
		if (this.keep.began || this.keep.waiting.length) this.listen();
		if (this.keep.waiting.length) void this.flush();
	}

	get waiting(): Waiting[] {
		const known = new Set(this.messages.map((message) => message.id));
		return this.keep.waiting.filter((message) => !known.has(message.id));
	}

	get unread(): number {
		const read = this.keep.read;
		return this.messages.filter((message) => message.from === 'agent' && message.at > read).length;
	}

	/** The visitor has been asked who they are, or need not be. */
	get introduced(): boolean {
		return !this.settings?.ask_email || this.keep.began || this.keep.about !== null;
	}

	introduce(about: Introduction): void {
		this.keep.about = about;
		this.changed();
	}

	setOpen(open: boolean): void {
		this.open = open;
		this.markRead();
		this.changed();
	}

	/** Puts a message in the queue; it goes out when the server can be reached, once. */
	send(text: string, files: ChatFile[]): void {
		const id = newId();
		const at = new Date().toISOString();
		this.keep.changeWaiting((list) => [...list, { id, text, at, files }]);
		this.typingTold = 0;
		this.changed();
		void this.flush();
	}

	retry(id: string): void {
		this.keep.changeWaiting((list) =>
			list.map((message) => {
				if (message.id !== id) return message;
				const { refused: _, ...rest } = message;
				return rest;
			})
		);
		this.changed();
		void this.flush();
	}

	discard(id: string): void {
		this.keep.changeWaiting((list) => list.filter((message) => message.id !== id));
		this.changed();
	}

	typing(): void {
		if (!this.keep.began || Date.now() - this.typingTold < TYPING_PAUSE) return;
		this.typingTold = Date.now();
		// Nobody misses a sign of typing that is lost.
		this.net.typing().catch(() => {});
	}

	async upload(file: File): Promise<ChatFile> {
		return this.asVisitor(() => this.net.upload(file));
	}

	file(id: string): Promise<Blob> {
		return this.asVisitor(() => this.net.file(id));
	}

	/** Sends what waits, in order. One at a time in this tab; another tab may send the same, which is harmless. */
	private flush(): Promise<void> {
		this.flushing ??= this.sendAll().finally(() => {
			this.flushing = null;
			this.sending = false;
			this.changed();
		});
		return this.flushing;
	}

	private async sendAll(): Promise<void> {
		for (;;) {
			const next = this.keep.waiting.find((message) => !message.refused);
			if (!next) return;
			this.sending = true;
			try {
				await this.untilItWorks(async () => {
					const message = await this.asVisitor(() => this.net.send(next));
					this.keep.began = true;
					this.merge([message]);
				});
				this.keep.changeWaiting((list) => list.filter((message) => message.id !== next.id));
			} catch (error) {
				const code = error instanceof Refused ? error.code : 'failed';
				this.keep.changeWaiting((list) =>
					list.map((message) => (message.id === next.id ? { ...message, refused: code } : message))
				);
			}
			this.changed();
			this.listen();
		}
	}

	/** Listens for as long as the page lives; whatever was missed is fetched at each connection. */
	private listen(): void {
		if (this.live || !this.keep.began) return;
		this.live = true;
		void this.listenOn();
	}

	private async listenOn(): Promise<void> {
		let pause = FIRST_RETRY;
		for (;;) {
			try {
				await this.asVisitor(() =>
					this.net.live(
						(event) => this.hear(event),
						() => {
							pause = FIRST_RETRY;
							this.setOnline(true);
							void this.refresh();
							if (this.keep.waiting.length) void this.flush();
						}
					)
				);
			} catch (error) {
				if (error instanceof Refused && !error.passing) {
					this.live = false;
					return;
				}
				this.setOnline(false);
			}
			await this.sleep(pause);
			pause = Math.min(pause * 2, LONGEST_RETRY);
		}
	}

	private async refresh(): Promise<void> {
		// The stream's next connection fetches again.
		const messages = await this.asVisitor(() => this.net.history()).catch(() => null);
		if (messages) this.merge(messages);
	}

	private hear({ event, data }: ServerEvent): void {
		if (event === 'message') {
			const message = JSON.parse(data) as ChatMessage;
			if (message.from === 'agent') this.setTyping(false);
			this.merge([message]);
		} else if (event === 'typing') {
			this.setTyping(true);
		} else if (event === 'seen') {
			const own = this.messages.filter((message) => message.from === 'visitor').at(-1);
			if (own) this.seenUpTo = own.at;
			this.changed();
		}
	}

	private merge(news: ChatMessage[]): void {
		const byId = new Map(this.messages.map((message) => [message.id, message]));
		for (const message of news) byId.set(message.id, message);
		this.messages = [...byId.values()].sort(inOrder);
		this.markRead();
		this.changed();
	}

	private markRead(): void {
		if (!this.open) return;
		const newest = this.messages.filter((message) => message.from === 'agent').at(-1);
		if (newest && newest.at > this.keep.read) this.keep.read = newest.at;
	}

	private setTyping(typing: boolean): void {
		clearTimeout(this.typingTimer);
		if (typing) this.typingTimer = setTimeout(() => this.setTyping(false), TYPING_SHOWN);
		if (this.agentTyping === typing) return;
		this.agentTyping = typing;
		this.changed();
	}

	private setOnline(online: boolean): void {
		if (this.online === online) return;
		this.online = online;
		this.changed();
	}

	/** Runs something that needs the visitor's secret; begins a visit when there is none or the server forgot it. */
	private async asVisitor<T>(run: () => Promise<T>): Promise<T> {
		if (!this.keep.secret) await this.visit();
		const used = this.keep.secret;
		try {
			return await run();
		} catch (error) {
			if (!(error instanceof Refused) || error.status !== 401) throw error;
			if (this.keep.secret === used) {
				this.keep.secret = null;
				this.messages = [];
			}
			await this.visit();
			return run();
		}
	}

	/** One visit for all tabs: two that begin at the same moment must not become two people. */
	private visit(): Promise<void> {
		const begin = async () => {
			// What another tab has just kept reaches this one with a delay: tabs may be processes of their own.
			if (!this.keep.secret) await new Promise((done) => setTimeout(done, HANDED_OVER));
			if (this.keep.secret) return;
			const visit = await this.net.visit(this.keep.about, this.lang);
			this.keep.secret = visit.visitor;
		};
		this.visiting ??= (
			navigator.locks ? navigator.locks.request('tertulia.chat.visit', begin) : begin()
		)
			.then(() => {})
			.finally(() => {
				this.visiting = null;
			});
		return this.visiting;
	}

	/** Repeats until it works or is refused for good. */
	private async untilItWorks(run: () => Promise<void>): Promise<void> {
		for (let pause = FIRST_RETRY; ; pause = Math.min(pause * 2, LONGEST_RETRY)) {
			try {
				await run();
				this.setOnline(true);
				return;
			} catch (error) {
				if (error instanceof Refused && !error.passing) throw error;
				if (!(error instanceof Refused)) this.setOnline(false);
				await this.sleep(Math.max(pause, error instanceof Refused ? error.wait * 1_000 : 0));
			}
		}
	}

	/** Waits, with some chance in it so that all widgets do not return at once; `hurry` ends it early. */
	private sleep(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const wake = () => {
				clearTimeout(timer);
				this.sleepers.delete(wake);
				resolve();
			};
			const timer = setTimeout(wake, ms * (0.75 + Math.random() / 2));
			this.sleepers.add(wake);
		});
	}

	private hurry(): void {
		[...this.sleepers].forEach((wake) => wake());
	}
}

/** By time; at the same time by id, which counts up. */
export function inOrder(a: ChatMessage, b: ChatMessage): number {
	return a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1;
}

/** A random UUID, also on pages without a secure context. */
export function newId(): string {
	if (crypto.randomUUID) return crypto.randomUUID();
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[6] = (bytes[6]! & 0x0f) | 0x40;
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	return [8, 12, 16, 20].reduceRight(
		(text, cut) => `${text.slice(0, cut)}-${text.slice(cut)}`,
		hex
	);
}
