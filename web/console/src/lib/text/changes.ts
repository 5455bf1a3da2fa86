import { m } from '$lib/paraglide/messages.js';
import { directory } from '$lib/state/directory.svelte.ts';
import { priorityName } from './labels.ts';
import type { CaseChangeEntry } from '@tertulia/api-client';

const text = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;

function agentOf(detail: Record<string, unknown>): string | undefined {
	const id = text(detail.assignee_id) ?? text(detail.user_id) ?? text(detail.to);
	return (
		directory.user(id)?.name ??
		text(detail.assignee) ??
		text(detail.user) ??
		text(detail.agent) ??
		(text(detail.to) === id ? undefined : text(detail.to))
	);
}

function departmentOf(detail: Record<string, unknown>): string | undefined {
	const id = text(detail.department_id) ?? text(detail.to);
	return directory.departmentName(id) ?? text(detail.department);
}

/** The rule that decided first. */
function ruleOf(detail: Record<string, unknown>): string | undefined {
	const first: unknown = Array.isArray(detail.rules) ? detail.rules[0] : undefined;
	return text(first);
}

/** A change in the life of a case as one sentence without its subject's time. */
export function changeText(change: CaseChangeEntry): string {
	const detail = change.detail ?? {};
	const actor = change.actor_id ? change.actor : m.actor_system();
	const agent = agentOf(detail);
	const rule = ruleOf(detail);
	switch (change.kind) {
		case 'opened':
			if (detail.by_hand) return m.change_opened_by_hand({ actor });
			return rule ? m.change_opened_rule({ rule }) : m.change_opened({ actor });
		case 'extended':
			return m.change_extended();
		case 'reopened':
			return m.change_reopened({ actor });
		case 'assigned':
			if (agent && agent === change.actor) return m.change_taken({ actor });
			return agent ? m.change_assigned({ actor, agent }) : m.change_taken({ actor });
		case 'released':
			return m.change_released({ actor });
		case 'moved':
			if (detail.to === null) return m.change_moved_nowhere({ actor });
			return m.change_moved({ actor, department: departmentOf(detail) ?? '—' });
		case 'prioritised': {
			const priority = text(detail.priority) ?? text(detail.to) ?? '';
			return m.change_prioritised({ actor, priority: priorityName(priority).toLowerCase() });
		}
		case 'renamed': {
			const subject = text(detail.to);
			return subject ? m.change_renamed({ actor, subject }) : m.change_unnamed({ actor });
		}
		case 'tagged': {
			const tags = Array.isArray(detail.tags) ? detail.tags.join(', ') : '';
			return m.change_tagged({ actor, tags });
		}
		case 'snoozed':
			return m.change_snoozed({ actor });
		case 'woken':
			return m.change_woken();
		case 'resolved':
			return m.change_resolved({ actor });
		case 'kept_open':
			return m.change_kept_open();
		case 'offered':
			return m.change_offered({ agent: agent ?? '—' });
		case 'offer_accepted':
			return m.change_offer_accepted({ actor: agent ?? actor });
		case 'offer_declined':
			return m.change_offer_declined({ actor: agent ?? actor });
		case 'offer_expired':
			return m.change_offer_expired({ agent: agent ?? '—' });
		case 'linked':
			return m.change_linked();
		default:
			return `${actor} · ${change.kind}`;
	}
}
