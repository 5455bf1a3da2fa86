import { m } from '$lib/paraglide/messages.js';

const objects: Record<string, () => string> = {
	user: m.audit_user,
	department: m.audit_department,
	token: m.audit_token,
	channel: m.audit_channel,
	monitor: m.audit_monitor,
	list: m.audit_list,
	words: m.audit_words,
	match: m.audit_match,
	rule: m.audit_rule,
	rules: m.audit_rule,
	person: m.audit_person,
	settings: m.audit_settings,
	canned_answer: m.audit_canned,
	quarantine: m.audit_quarantine,
	sample: m.audit_sample,
	understanding: m.audit_understanding
};

const verbs: Record<string, () => string> = {
	created: m.audit_created,
	invited: m.audit_invited,
	changed: m.audit_changed,
	deleted: m.audit_deleted,
	removed: m.audit_deleted,
	restored: m.audit_restored,
	link_made: m.audit_link_made,
	password_changed: m.audit_password_changed,
	set_up: m.audit_set_up,
	replayed: m.audit_replayed,
	discarded: m.audit_discarded,
	undiscarded: m.audit_undiscarded,
	folder_moved: m.audit_folder_moved,
	history_applied: m.audit_history_applied,
	history_cancelled: m.audit_history_cancelled,
	ordered: m.audit_ordered,
	loaded: m.audit_loaded,
	training_started: m.audit_training_started,
	promoted: m.audit_promoted,
	refused: m.audit_refused,
	restored: m.audit_restored
};

/** `channel.changed` in words; a word the catalogue does not know stays as the ledger has it. */
export function auditAction(action: string): string {
	const [object = '', verb = ''] = action.split('.');
	const thing = objects[object]?.();
	const deed = verbs[verb]?.();
	return thing && deed ? `${thing}: ${deed}` : action;
}
