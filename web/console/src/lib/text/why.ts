import { m } from '$lib/paraglide/messages.js';
import { caseStateName, priorityName } from './labels.ts';

export interface Reason {
	label: string;
	value: string;
}

const labels: Record<string, () => string> = {
	rule: m.why_rule,
	rules: m.why_rules,
	monitor: m.why_monitor,
	monitors: m.why_monitors,
	department: m.why_department,
	priority: m.why_priority,
	tags: m.why_tags,
	channel: m.why_channel,
	person: m.why_person,
	identity: m.why_identity,
	followers: m.why_followers,
	number: m.why_number,
	case: m.why_number,
	case_number: m.why_number,
	opened: m.why_opened,
	reopened: m.why_reopened,
	extended: m.why_extended,
	created: m.why_created,
	addressed: m.why_addressed,
	agent: m.why_agent,
	assignee: m.why_agent,
	by: m.why_by,
	reason: m.why_reason,
	conditions: m.why_conditions,
	query: m.why_query,
	lang: m.why_lang,
	words: m.why_words,
	state: m.why_state,
	open_case: m.why_open_case,
	idle_seconds: m.why_idle_seconds,
	name: m.why_name
};

function valueText(key: string, value: unknown): string {
	if (value === null || value === undefined || value === '') return '';
	if (typeof value === 'boolean') return value ? m.yes() : m.no();
	if (key === 'priority' && typeof value === 'string') return priorityName(value);
	if (key === 'state' && typeof value === 'string') return caseStateName(value);
	if (Array.isArray(value)) {
		return value
			.map((item) => valueText(key, item))
			.filter(Boolean)
			.join(', ');
	}
	if (typeof value === 'object') {
		const record = value as Record<string, unknown>;
		if (typeof record.name === 'string') return record.name;
		return explain(record)
			.map((reason) => `${reason.label}: ${reason.value}`)
			.join(' · ');
	}
	return String(value);
}

/** Ids mean nothing to people; their names stand beside them. */
const hidden = (key: string) => key === 'id' || key.endsWith('_id') || key.endsWith('_ids');

/** What was decided and why, as label and value, from the particulars the server keeps. */
export function explain(why: unknown): Reason[] {
	if (!why || typeof why !== 'object' || Array.isArray(why)) {
		const value = valueText('', why);
		return value ? [{ label: m.why_reason(), value }] : [];
	}
	return Object.entries(why)
		.filter(([key]) => !hidden(key))
		.map(([key, value]) => ({
			label: labels[key]?.() ?? key.replaceAll('_', ' '),
			value: valueText(key, value)
		}))
		.filter((reason) => reason.value !== '');
}
