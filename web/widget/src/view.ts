/** The launcher and the panel. */
import type { Chat } from './chat';
import { Composer } from './composer';
import { h, icon, icons, inkOn, linked } from './dom';
import { style } from './style';
import type { Lang, Say } from './texts';
import { Thread } from './thread';

export interface Look {
	side: string;
	theme: string;
}

export class View {
	readonly host = document.createElement('tertulia-chat');
	private readonly root: HTMLElement;
	private readonly launcher: HTMLButtonElement;
	private readonly badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
	private readonly panel: HTMLElement;
	private readonly company = h('h2', { id: 'company' });
	private readonly banner = h('p', { class: 'banner', role: 'status', hidden: true });
	private readonly typing = h('p', { class: 'typing', 'aria-live': 'polite' });
	private readonly thread: Thread;
	private readonly composer: Composer;
	private readonly introduce: HTMLFormElement;
	private readonly greeting = h('p');

	constructor(
		private readonly chat: Chat,
		private readonly say: Say,
		private readonly lang: Lang,
		look: Look
	) {
		this.composer = new Composer(chat, say, () => this.thread.toEnd());
		this.thread = new Thread(chat, say, lang, (text) => this.composer.complain(text));
		this.introduce = this.introduction();
		this.launcher = h(
			'button',
			{
				class: 'launcher',
				type: 'button',
				'aria-expanded': 'false',
				'aria-controls': 'panel',
				click: () => this.toggle(!this.chat.open)
			},
			icon(icons.talk),
			this.badge
		);
		const close = h(
			'button',
			{
				class: 'round',
				type: 'button',
				'aria-label': say('close'),
				title: say('close'),
				click: () => this.toggle(false)
			},
			icon(icons.close)
		);
		this.panel = h(
			'section',
			{
				id: 'panel',
				class: 'panel',
				role: 'dialog',
				'aria-labelledby': 'company',
				hidden: true,
				keydown: (event) => this.key(event as KeyboardEvent)
			},
			h('header', {}, this.company, close),
			this.banner,
			this.introduce,
			this.thread.element,
			this.typing,
			this.composer.element
		);
		const side = look.side === 'left' ? ' left' : '';
		const theme = look.theme === 'light' || look.theme === 'dark' ? ` ${look.theme}` : '';
		this.root = h('div', { class: `root${side}${theme}`, lang }, this.panel, this.launcher);

		const shadow = this.host.attachShadow({ mode: 'open' });
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(style);
		shadow.adoptedStyleSheets = [sheet];
		shadow.append(this.root);
	}

	draw(): void {
		const { chat, say } = this;
		const settings = chat.settings;
		if (!settings) return;
		const ink = inkOn(settings.color);
		if (ink) {
			this.root.style.setProperty('--accent', settings.color);
			this.root.style.setProperty('--ink', ink);
		}
		this.company.textContent = settings.company || say('title');
		const unread = chat.open ? 0 : chat.unread;
		this.badge.hidden = unread === 0;
		this.badge.textContent = unread > 99 ? '99+' : String(unread);
		const label = chat.open
			? say('close')
			: unread
				? say('openUnread', { n: unread })
				: say('open');
		this.launcher.setAttribute('aria-label', label);
		this.banner.hidden = chat.online;
		this.banner.textContent = chat.online ? '' : say('offline');
		const typing = chat.agentTyping ? say('typing') : '';
		if (this.typing.textContent !== typing) this.typing.textContent = typing;
		const introduced = chat.introduced;
		this.introduce.hidden = introduced;
		for (const part of [this.thread.element, this.typing, this.composer.element])
			part.hidden = !introduced;
		if (!this.greeting.firstChild) this.greeting.append(...linked(settings.greeting));
		if (chat.open) this.thread.draw();
	}

	toggle(open: boolean): void {
		this.panel.hidden = !open;
		this.root.classList.toggle('open', open);
		this.launcher.setAttribute('aria-expanded', String(open));
		this.panel.setAttribute('aria-modal', String(matchMedia('(max-width: 480px)').matches));
		this.chat.setOpen(open);
		this.draw();
		if (open) {
			this.thread.toEnd();
			this.focusFirst();
		} else {
			this.launcher.focus();
		}
	}

	private focusFirst(): void {
		if (this.introduce.hidden) this.composer.text.focus();
		else this.introduce.querySelector('input')?.focus();
	}

	private introduction(): HTMLFormElement {
		const { say } = this;
		const name = h('input', { name: 'name', autocomplete: 'name', maxlength: '100' });
		const email = h('input', {
			name: 'email',
			type: 'email',
			autocomplete: 'email',
			maxlength: '200'
		});
		const quiet = (event: Event) => {
			const { key } = event as KeyboardEvent;
			if (key !== 'Escape' && key !== 'Tab') event.stopPropagation();
		};
		return h(
			'form',
			{
				class: 'introduce',
				keydown: quiet,
				submit: (event) => {
					event.preventDefault();
					this.chat.introduce({ name: name.value.trim(), email: email.value.trim() });
					this.focusFirst();
				}
			},
			this.greeting,
			h('strong', {}, say('introduce')),
			h('label', {}, say('name'), name),
			h('label', {}, say('email'), email, h('small', {}, say('emailWhy'))),
			h('button', { type: 'submit' }, say('begin'))
		);
	}

	/** Escape closes; Tab stays inside while it is open. */
	private key(event: KeyboardEvent): void {
		if (event.key === 'Escape') {
			event.stopPropagation();
			this.toggle(false);
		}
		if (event.key !== 'Tab') return;
		const stops = [
			...this.panel.querySelectorAll<HTMLElement>(
				'a[href], button, input, textarea, [tabindex="0"]'
			)
		].filter(
			(element) => !element.matches(':disabled, [tabindex="-1"]') && element.offsetParent !== null
		);
		const at = stops.indexOf(this.host.shadowRoot?.activeElement as HTMLElement);
		const leaving = event.shiftKey ? at <= 0 : at === stops.length - 1;
		if (!leaving) return;
		event.preventDefault();
		stops.at(event.shiftKey ? -1 : 0)?.focus();
	}
}
