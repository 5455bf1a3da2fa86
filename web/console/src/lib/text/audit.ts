import { m } from '$lib/paraglide/messages.js';

const objects: Record<string, () => string> = {
	user: m.audit_user,
	department: m.audit_department,
	token: m.audit_token,
	channel: m.audit_channel,
	monitor: m.audit_monitor,
	rule: m.audit_rule,
	case: m.audit_case,
	answer: m.audit_answer,
	note: m.audit_note,
	person: m.audit_person,
	session: m.audit_session,
	settings: m.audit_settings,
	company: m.audit_settings,
	send_policy: m.audit_policy,
	policy: m.audit_policy,
	canned_answer: m.audit_canned,
	canned: m.audit_canned,
	quarantine: m.audit_quarantine,
	sample: m.audit_sample,
	me: m.audit_user,
	password: m.audit_password
};

const verbs: Record<string, () => string> = {
	created: m.audit_created,
	invited: m.audit_invited,
	changed: m.audit_changed,
	updated: m.audit_changed,
	deleted: m.audit_deleted,
	removed: m.audit_deleted,
	disabled: m.audit_disabled,
	enabled: m.audit_enabled,
	assigned: m.audit_assigned,
	resolved: m.audit_resolved,
	reopened: m.audit_reopened,
	sent: m.audit_sent,
	retried: m.audit_retried,
	cancelled: m.audit_cancelled,
	opened: m.audit_opened,
	started: m.audit_started,
	signed_in: m.audit_signed_in,
	signed_out: m.audit_signed_out,
	failed: m.audit_failed,
	replayed: m.audit_replayed,
	discarded: m.audit_discarded,
	reordered: m.audit_reordered,
	loaded: m.audit_loaded
};

/** `case.assigned` in words; a word the catalogue does not know stays as the ledger has it. */
export function auditAction(action: string): string {
	const [object = '', verb = ''] = action.split('.');
	const thing = objects[object]?.();
	const deed = verbs[verb]?.();
	return thing && deed ? `${thing}: ${deed}` : action;
}
