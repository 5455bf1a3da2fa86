import type { Bilingual } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';
import { directory } from '$lib/state/directory.svelte.ts';
import { caseStateName, channelKindName, priorityName, sendingName } from './labels.ts';
import { inWords } from './bilingual.ts';
import { clockSpan } from './time.ts';
import { labelName, percent, sentimentName, taskName, typeName } from '$lib/understanding/words.ts';

export interface Reason {
	label: string;
	value: string;
}

type Speak = (value: unknown) => string;

const text: Speak = (value) =>
	typeof value === 'string' || typeof value === 'number' ? String(value) : '';
/** A sentence in both languages, or words as they came. */
const told: Speak = (value) =>
	value && typeof value === 'object' && 'es' in value ? inWords(value as Bilingual) : text(value);
const yesNo: Speak = (value) => (value ? m.yes() : m.no());
const words =
	(known: Record<string, () => string>): Speak =>
	(value) =>
		known[text(value)]?.() ?? text(value);
const list =
	(speak: Speak): Speak =>
	(value) =>
		(Array.isArray(value) ? value : [value]).map(speak).filter(Boolean).join(', ');
const span: Speak = (value) => (typeof value === 'number' ? clockSpan(value * 1000) : '');

const settable = {
	open_case: m.why_set_case,
	department: m.why_set_department,
	priority: m.why_set_priority,
	tags: m.why_set_tags
};

/** A rule's name with what it set, or that others had set it before. */
const ruleText: Speak = (value) => {
	if (typeof value === 'string') return value;
	if (!value || typeof value !== 'object') return '';
	const { rule, set } = value as { rule?: unknown; set?: unknown[] };
	const did = list(words(settable))(set ?? []);
	return `«${text(rule)}» (${did || m.why_set_nothing()})`;
};

/** What rules were told that the post says. */
const saysText: Speak = (value) => {
	if (!value || typeof value !== 'object') return '';
	const { types, sentiment, urgency, unsure } = value as {
		types?: string[];
		sentiment?: string;
		urgency?: number;
		unsure?: boolean;
	};
	const said = [...(types ?? []).map(typeName), sentiment ? sentimentName(sentiment) : ''];
	if (unsure) said.unshift(m.labels_unsure());
	if (typeof urgency === 'number') said.push(`${m.urgency()} ${percent(urgency / 1000)}`);
	return said.filter(Boolean).join(', ');
};

/** Each task as it was and as a person said it is. */
const labelsText: Speak = (value) => {
	if (!value || typeof value !== 'object') return '';
	return Object.entries(value as Record<string, [string[], string[]]>)
		.map(([task, [was, is]]) => {
			const say = (names: string[]) => names.map((name) => labelName(task, name)).join(', ') || '—';
			return `${taskName(task)}: ${say(was)} → ${say(is)}`;
		})
		.join(' · ');
};

/** How each particular the server keeps is said, in the order people read them. */
const particulars: Record<string, { label: () => string; speak: Speak }> = {
	by_hand: {
		label: m.why_by_hand,
		speak: (value) => (value === true ? m.yes() : text(value))
	},
	channel: { label: m.why_channel, speak: text },
	provider: { label: m.why_provider, speak: (value) => channelKindName(text(value)) },
	addressed: { label: m.why_addressed, speak: yesNo },
	lag_seconds: { label: m.why_lag, speak: span },
	monitors: { label: m.why_monitors, speak: list(text) },
	monitor: { label: m.why_monitors, speak: text },
	history: { label: m.why_history, speak: yesNo },
	version: { label: m.why_version, speak: text },
	identity: {
		label: m.why_identity,
		speak: words({ new: m.why_identity_new, known: m.why_identity_known })
	},
	rules: { label: m.why_rules, speak: list(ruleText) },
	open_case: { label: m.why_open_case, speak: yesNo },
	department_id: {
		label: m.why_department,
		speak: (value) => directory.departmentName(text(value)) ?? ''
	},
	priority: { label: m.why_priority, speak: (value) => priorityName(text(value)) },
	tags: { label: m.why_tags, speak: list(text) },
	course: {
		label: m.why_course,
		speak: words({
			opened: m.why_course_opened,
			extended: m.why_course_extended,
			joined: m.why_course_joined,
			reopened: m.why_course_reopened
		})
	},
	candidates: { label: m.why_candidates, speak: text },
	idle_seconds: { label: m.why_idle, speak: span },
	waited_seconds: { label: m.why_waited, speak: span },
	by: { label: m.why_by, speak: text },
	visibility: {
		label: m.why_visibility,
		speak: words({ public: m.visibility_public, private: m.visibility_private })
	},
	gate: { label: m.why_gate, speak: words({ passed: m.why_gate_passed }) },
	length: { label: m.why_length, speak: text },
	state: {
		label: m.why_state,
		speak: (value) => {
			const known = sendingName(text(value));
			return known === value ? caseStateName(text(value)) : known;
		}
	},
	attempt: { label: m.why_attempt, speak: text },
	says: { label: m.why_says, speak: saysText },
	labels: { label: m.why_labels, speak: labelsText },
	reason: { label: m.why_reason, speak: told },
	user_id: { label: m.why_agent, speak: (value) => directory.user(text(value))?.name ?? '' }
};

/** What was decided and why, as label and value; particulars nobody can read (ids) are left out. */
export function explain(why: unknown): Reason[] {
	if (!why || typeof why !== 'object') return [];
	const kept = why as Record<string, unknown>;
	return Object.entries(particulars)
		.filter(([key]) => kept[key] !== undefined && kept[key] !== null)
		.map(([key, { label, speak }]) => ({ label: label(), value: speak(kept[key]) }))
		.filter((reason) => reason.value !== '');
}
