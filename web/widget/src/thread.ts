/** The list of messages. Keeps an element per message, so that an update changes only what is new. */
import type { Chat } from './chat';
import { h, icon, icons, linked } from './dom';
import type { Lang, Say } from './texts';
import type { ChatFile, ChatMessage, Waiting } from './types';

/** Pictures a browser draws without running anything inside them. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

interface Drawn {
	element: HTMLElement;
	mark: HTMLElement;
	state: string;
	/** Drawn before the server had it: its files have other addresses now. */
	waiting: boolean;
}

export class Thread {
	readonly element: HTMLElement;
	private readonly drawn = new Map<string, Drawn>();
	private readonly greeting: HTMLElement;
	private days = new Map<string, HTMLElement>();

	constructor(
		private readonly chat: Chat,
		private readonly say: Say,
		private readonly lang: Lang,
		private readonly complain: (text: string) => void
	) {
		this.greeting = h('div', { class: 'message agent' });
		this.element = h(
			'div',
			{ class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': say('log'), tabindex: '0' },
			this.greeting
		);
	}

	draw(): void {
		const { chat } = this;
		if (!this.greeting.firstChild && chat.settings?.greeting)
			this.greeting.append(h('div', { class: 'bubble' }, ...linked(chat.settings.greeting)));
		const atEnd =
			this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 60;
		const waiting = chat.waiting;
		const all: [ChatMessage, Waiting | null][] = [
			...chat.messages.map((message): [ChatMessage, null] => [message, null]),
			...waiting.map((item): [ChatMessage, Waiting] => [
				{ ...item, from: 'visitor', name: null },
				item
			])
		];
		const lastOwn = all.filter(([message]) => message.from === 'visitor').at(-1)?.[0].id;
		const wanted: HTMLElement[] = [this.greeting];
		let day = '';
		let speaker = '';
		let grew = false;
		for (const [message, item] of all) {
			const date = this.date(message.at);
			if (date !== day) {
				day = date;
				speaker = '';
				wanted.push(this.day(date));
			}
			let drawn = this.drawn.get(message.id);
			if (!drawn || (drawn.waiting && !item && message.files.length > 0)) {
				drawn = this.message(message, item !== null, message.from + message.name !== speaker);
				this.drawn.set(message.id, drawn);
				grew = true;
			}
			speaker = message.from + message.name;
			this.mark(drawn, message, item, message.id === lastOwn);
			wanted.push(drawn.element);
		}
		const keep = new Set(wanted);
		[...this.element.children].forEach((child) => keep.has(child as HTMLElement) || child.remove());
		const known = new Set(all.map(([message]) => message.id));
		for (const id of this.drawn.keys()) if (!known.has(id)) this.drawn.delete(id);
		wanted.forEach((child, place) => {
			const there = this.element.children[place];
			if (there !== child) this.element.insertBefore(child, there ?? null);
		});
		if (grew && (atEnd || waiting.length)) this.toEnd();
	}

	toEnd(): void {
		this.element.scrollTop = this.element.scrollHeight;
	}

	private date(at: string): string {
		const date = new Date(at);
		if (date.toDateString() === new Date().toDateString()) return this.say('today');
		return date.toLocaleDateString(this.lang, { day: 'numeric', month: 'long', year: 'numeric' });
	}

	private day(date: string): HTMLElement {
		const element = this.days.get(date) ?? h('p', { class: 'day' }, date);
		this.days.set(date, element);
		return element;
	}

	private message(message: ChatMessage, waiting: boolean, named: boolean): Drawn {
		const agent = message.from === 'agent';
		const mark = h('div', { class: 'mark' });
		const who = agent ? (message.name ?? this.chat.settings?.company ?? '') : this.say('you');
		const element = h(
			'div',
			{ class: `message ${agent ? 'agent' : 'visitor'}` },
			h('div', { class: agent && named ? 'who' : 'quiet' }, who),
			message.text !== '' && h('div', { class: 'bubble' }, ...linked(message.text)),
			...message.files.map((file) => this.file(file, waiting)),
			mark
		);
		return { element, mark, state: '', waiting };
	}

	/** Under a message: when, and for the visitor's own what became of it. */
	private mark(drawn: Drawn, message: ChatMessage, item: Waiting | null, last: boolean): void {
		const { chat, say } = this;
		let state = 'time';
		if (item?.refused) state = 'refused';
		else if (item) state = chat.online ? 'sending' : 'waiting';
		else if (message.from === 'visitor' && message.at <= chat.seenUpTo)
			state = last ? 'seen' : 'time';
		else if (message.from === 'visitor' && last) state = 'delivered';
		if (drawn.state === state) return;
		drawn.state = state;
		drawn.mark.className = state === 'refused' ? 'mark bad' : 'mark';
		const time = new Date(message.at).toLocaleTimeString(this.lang, { timeStyle: 'short' });
		const button = (text: string, run: () => void) =>
			h('button', { type: 'button', click: run }, text);
		switch (state) {
			case 'refused':
				drawn.mark.replaceChildren(
					say('refused'),
					button(say('again'), () => chat.retry(message.id)),
					button(say('discard'), () => chat.discard(message.id))
				);
				break;
			case 'sending':
			case 'waiting':
				drawn.mark.replaceChildren(say(state));
				break;
			case 'seen':
			case 'delivered':
				drawn.mark.replaceChildren(
					`${time} · ${say(state)}`,
					icon(icons[state === 'seen' ? 'two' : 'one'])
				);
				break;
			default:
				drawn.mark.replaceChildren(time);
		}
	}

	private file(file: ChatFile, waiting: boolean): HTMLElement {
		const size = new Intl.NumberFormat(this.lang, {
			style: 'unit',
			unit: file.size < 1e6 ? 'kilobyte' : 'megabyte',
			maximumFractionDigits: file.size < 1e6 ? 0 : 1
		}).format(file.size < 1e6 ? Math.max(1, file.size / 1e3) : file.size / 1e6);
		const shown = [icon(icons.file), h('span', {}, file.name), h('small', {}, size)];
		if (waiting) return h('div', { class: 'file' }, ...shown);
		const label = this.say('download', { name: file.name });
		const button = h(
			'button',
			{ class: 'file', type: 'button', 'aria-label': label, click: () => void this.save(file) },
			...shown
		);
		if (PICTURES.includes(file.mime)) void this.picture(file, button);
		return button;
	}

	/** Draws the picture in the button's place once it is here; without it the button stays. */
	private async picture(file: ChatFile, button: HTMLElement): Promise<void> {
		const blob = await this.chat.file(file.id).catch(() => null);
		if (!blob) return;
		// The type is the one we asked for, whatever the server says: a picture can't become a page.
		const source = URL.createObjectURL(new Blob([blob], { type: file.mime }));
		const image = h('img', { alt: this.say('picture', { name: file.name }), src: source });
		image.addEventListener('load', () => {
			button.className = 'picture';
			button.replaceChildren(image);
			this.toEnd();
		});
	}

	private async save(file: ChatFile): Promise<void> {
		try {
			const blob = await this.chat.file(file.id);
			// Never opened here: a page made from it would run as the site the widget stands on.
			const source = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
			const link = h('a', { href: source, download: file.name });
			link.click();
			setTimeout(() => URL.revokeObjectURL(source), 60_000);
		} catch {
			this.complain(this.say('fileFailed'));
		}
	}
}
