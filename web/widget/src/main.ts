/**
 * The web chat on a company's page:
 * `<script src="https://HOST/chat/widget.js" data-channel="3" async></script>`
 *
 * Optional: `data-lang` (es, en, pt), `data-side` (left, right), `data-theme` (light, dark).
 */
import { Chat } from './chat';
import { Keep } from './keep';
import { chooseLang, speaker } from './texts';
import { View } from './view';

function begin(script: HTMLScriptElement): void {
	const channel = script.dataset.channel ?? '';
	if (!/^\d{1,18}$/.test(channel)) {
		console.error('Tertulia: the script needs data-channel with the number of a web chat channel.');
		return;
	}
	if (document.querySelector('tertulia-chat')) return;
	const base = script.src.replace(/\/chat\/widget\.js.*$/, '');
	const lang = chooseLang([
		script.dataset.lang,
		document.documentElement.lang,
		...navigator.languages
	]);
	const keep = new Keep(`${base}.${channel}`);
	const chat = new Chat(base, channel, keep, lang, () => {
		// The launcher appears when the chat is known to be there.
		if (chat.settings && !view.host.isConnected)
			(document.body ?? document.documentElement).append(view.host);
		view.draw();
	});
	const view = new View(chat, speaker(lang), lang, {
		side: script.dataset.side ?? '',
		theme: script.dataset.theme ?? ''
	});
	chat.start().catch((error: unknown) => {
		console.error('Tertulia: the chat is not available.', error);
	});
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) begin(script);
