import type { Target } from '$lib/case/targets.ts';
import { m } from '$lib/paraglide/messages.js';
import { channelKindName } from './labels.ts';

/** A network with one conversation each way needs no "in private". */
const oneWay: Record<string, { tab: () => string; send: () => string }> = {
	email: { tab: m.target_email, send: m.send_email },
	webchat: { tab: m.target_webchat, send: m.send_webchat }
};

/** Networks people know by name; any other is called what the company calls its channel. */
const networkOf = ({ conversation }: Target): string =>
	conversation.channel_kind === 'mastodon'
		? channelKindName(conversation.channel_kind)
		: conversation.channel;

/** What the choice of a target says. */
export function targetWords(target: Target, short = false): string {
	const own = oneWay[target.conversation.channel_kind];
	if (own) return own.tab();
	if (short) {
		return target.visibility === 'public' ? m.target_public_short() : m.target_private_short();
	}
	const channel = networkOf(target);
	return target.visibility === 'public'
		? m.target_public({ channel })
		: m.target_private({ channel });
}

/** Exactly what pressing the send button does. */
export function sendWords(target: Target, resolve: boolean): string {
	const own = oneWay[target.conversation.channel_kind];
	const channel = networkOf(target);
	const words = own
		? own.send()
		: target.visibility === 'public'
			? m.send_public({ channel })
			: m.send_private({ channel });
	return resolve ? m.send_and_resolve({ send: words }) : words;
}
