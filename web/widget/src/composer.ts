/** Where the visitor writes: text, files, send. Enter sends, Shift+Enter breaks the line. */
import type { Chat } from './chat';
import { h, icon, icons } from './dom';
import { uploadProblem } from './net';
import type { Say } from './texts';
import type { ChatFile } from './types';

const LONGEST = 4_000;
const LARGEST = 10 * 1024 * 1024;
const MOST_FILES = 5;

export class Composer {
	readonly element: HTMLFormElement;
	readonly text: HTMLTextAreaElement;
	private readonly chips = h('div', { class: 'chips' });
	private readonly error = h('p', { class: 'error', role: 'alert', hidden: true });
	private readonly button: HTMLButtonElement;
	/** Files in the order they were chosen; `null` while one is on its way. */
	private files: { stored: ChatFile | null }[] = [];

	constructor(
		private readonly chat: Chat,
		private readonly say: Say,
		private readonly sent: () => void
	) {
		this.text = h('textarea', {
			rows: '1',
			placeholder: say('write'),
			'aria-label': say('write'),
			input: () => this.typed(),
			keydown: (event) => this.key(event as KeyboardEvent),
			paste: (event) => this.pasted(event as ClipboardEvent)
		});
		const chooser = h('input', {
			type: 'file',
			multiple: true,
			hidden: true,
			'aria-hidden': 'true',
			tabindex: '-1',
			change: () => {
				this.add([...(chooser.files ?? [])]);
				chooser.value = '';
			}
		});
		const attach = h(
			'button',
			{
				class: 'round',
				type: 'button',
				'aria-label': say('attach'),
				title: say('attach'),
				click: () => chooser.click()
			},
			icon(icons.clip)
		);
		this.button = h(
			'button',
			{
				class: 'round send',
				type: 'submit',
				'aria-label': say('send'),
				title: say('send'),
				disabled: true
			},
			icon(icons.send)
		);
		this.element = h(
			'form',
			{
				submit: (event) => {
					event.preventDefault();
					this.submit();
				}
			},
			this.chips,
			this.error,
			h('div', { class: 'row' }, attach, chooser, this.text, this.button)
		);
	}

	complain(text: string): void {
		this.error.textContent = text;
		this.error.hidden = text === '';
	}

	/** Uploads files at once, so that sending the message later is quick. */
	add(files: File[]): void {
		this.complain('');
		for (const file of files) {
			if (file.size > LARGEST) this.complain(this.say('tooLarge', { name: file.name }));
			else if (file.size === 0) this.complain(this.say('uploadRefused', { name: file.name }));
			else if (this.files.length >= MOST_FILES) this.complain(this.say('tooMany'));
			else void this.upload(file);
		}
	}

	private async upload(file: File): Promise<void> {
		const label = h('span', {}, this.say('uploading', { name: file.name }));
		const chip = h('div', { class: 'chip' }, label);
		this.chips.append(chip);
		const slot: { stored: ChatFile | null } = { stored: null };
		this.files.push(slot);
		this.ready();
		try {
			const stored = await this.chat.upload(file);
			slot.stored = stored;
			label.textContent = stored.name;
			const remove = h(
				'button',
				{
					type: 'button',
					'aria-label': this.say('remove', { name: stored.name }),
					click: () => {
						this.drop(slot);
						chip.remove();
						this.ready();
						this.text.focus();
					}
				},
				icon(icons.cross)
			);
			chip.append(remove);
		} catch (error) {
			this.drop(slot);
			chip.remove();
			this.complain(this.say(uploadProblem(error), { name: file.name }));
		} finally {
			this.ready();
		}
	}

	private drop(slot: { stored: ChatFile | null }): void {
		this.files = this.files.filter((other) => other !== slot);
	}

	private typed(): void {
		this.complain('');
		this.text.style.height = 'auto';
		this.text.style.height = `${this.text.scrollHeight}px`;
		if (this.text.value.trim()) this.chat.typing();
		this.ready();
	}

	private key(event: KeyboardEvent): void {
		// Pages have shortcuts of their own; what is typed here is not for them.
		if (event.key !== 'Escape' && event.key !== 'Tab') event.stopPropagation();
		if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		this.submit();
	}

	private pasted(event: ClipboardEvent): void {
		const files = [...(event.clipboardData?.files ?? [])];
		if (!files.length) return;
		event.preventDefault();
		this.add(files);
	}

	private ready(): void {
		const something = this.text.value.trim() !== '' || this.files.length > 0;
		this.button.disabled = !something || this.files.some((slot) => slot.stored === null);
	}

	private submit(): void {
		this.ready();
		if (this.button.disabled) return;
		const text = this.text.value.trim();
		if ([...text].length > LONGEST) return this.complain(this.say('tooLong'));
		this.chat.send(
			text,
			this.files.flatMap(({ stored }) => (stored ? [stored] : []))
		);
		this.files = [];
		this.chips.replaceChildren();
		this.text.value = '';
		this.typed();
		this.text.focus();
		this.sent();
	}
}
