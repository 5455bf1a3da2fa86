import { m } from '$lib/paraglide/messages.js';

type Words = Record<string, () => string>;

function from(words: Words, key: string): string {
	return words[key]?.() ?? key;
}

const channelKinds: Words = {
	mastodon: m.kind_mastodon,
	email: m.kind_email,
	feed: m.kind_feed,
	webchat: m.kind_webchat,
	push: m.kind_push,
	replay: m.kind_replay
};
export const channelKindName = (kind: string) => from(channelKinds, kind);

const channelKindHelps: Words = {
	mastodon: m.kind_help_mastodon,
	email: m.kind_help_email,
	feed: m.kind_help_feed,
	webchat: m.kind_help_webchat,
	push: m.kind_help_push,
	replay: m.kind_help_replay
};
export const channelKindHelp = (kind: string) => channelKindHelps[kind]?.() ?? '';

export const priorities = ['urgent', 'high', 'normal', 'low'] as const;
const priorityWords: Words = {
	low: m.priority_low,
	normal: m.priority_normal,
	high: m.priority_high,
	urgent: m.priority_urgent
};
export const priorityName = (priority: string) => from(priorityWords, priority);

const caseStates: Words = {
	open: m.state_open,
	snoozed: m.state_snoozed,
	resolved: m.state_resolved
};
export const caseStateName = (state: string) => from(caseStates, state);

export const roles = ['administrator', 'supervisor', 'agent'] as const;
const roleWords: Words = {
	administrator: m.role_administrator,
	supervisor: m.role_supervisor,
	agent: m.role_agent
};
export const roleName = (role: string) => from(roleWords, role);

export const personKinds = [
	'customer',
	'prospect',
	'supplier',
	'journalist',
	'competitor',
	'activist',
	'other'
] as const;
const personKindWords: Words = {
	customer: m.person_customer,
	prospect: m.person_prospect,
	supplier: m.person_supplier,
	journalist: m.person_journalist,
	competitor: m.person_competitor,
	activist: m.person_activist,
	other: m.person_other
};
export const personKindName = (kind: string) => from(personKindWords, kind);

const healthWords: Words = {
	ok: m.health_ok,
	waiting: m.health_waiting,
	failing: m.health_failing,
	stopped: m.health_stopped,
	new: m.health_new
};
export const healthName = (state: string) => from(healthWords, state);

const sendingWords: Words = {
	queued: m.sending_queued,
	sending: m.sending_sending,
	sent: m.sending_sent,
	retrying: m.sending_retrying,
	rejected: m.sending_rejected,
	unknown: m.sending_unknown,
	cancelled: m.sending_cancelled,
	delivered: m.sending_delivered,
	failed: m.sending_failed,
	stuck: m.sending_stuck
};
export const sendingName = (state: string) => from(sendingWords, state);

const blockedWords: Words = {
	reply_rule_never: m.blocked_reply_rule_never,
	not_summoned: m.blocked_not_summoned,
	window_over: m.blocked_window_over,
	channel_stopped: m.blocked_channel_stopped,
	unsupported: m.blocked_unsupported
};
export const blockedReason = (code: string) => from(blockedWords, code);

const userStatusWords: Words = {
	active: m.user_active,
	invited: m.user_invited,
	disabled: m.user_disabled
};
export const userStatusName = (status: string) => from(userStatusWords, status);

const scopeWords: Words = { push: m.scope_push, read: m.scope_read, write: m.scope_write };
export const scopeName = (scope: string) => from(scopeWords, scope);

const stepWords: Words = {
	received: m.step_received,
	matched: m.step_matched,
	unmatched: m.step_unmatched,
	discarded: m.step_discarded,
	undiscarded: m.step_undiscarded,
	related: m.step_related,
	decided: m.step_decided,
	cased: m.step_cased,
	edited: m.step_edited,
	deleted: m.step_deleted,
	answered: m.step_answered,
	corrected: m.step_corrected
};
export const stepName = (step: string) => from(stepWords, step);

const reasonWords: Words = { by_hand: m.reason_by_hand, addressed: m.reason_addressed };
/** Why a case is here: the monitor's or rule's name, that it was written to us, or that a person opened it. */
export const reasonName = (reason: string) => from(reasonWords, reason);

let languages: Intl.DisplayNames | undefined;
let languagesIn = '';
/** A language by its own code, in the reader's language. */
export function languageName(code: string, locale: string): string {
	if (languagesIn !== locale) {
		languages = new Intl.DisplayNames(locale, { type: 'language' });
		languagesIn = locale;
	}
	try {
		return languages?.of(code) ?? code;
	} catch {
		return code;
	}
}

/** 12400 → "12,4 mil" / "12.4K". */
export function shortNumber(value: number, locale: string): string {
	return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(
		value
	);
}

export function wholeNumber(value: number, locale: string): string {
	return new Intl.NumberFormat(locale).format(value);
}
