import { recall, remember } from './stored.ts';

export interface Draft {
	text: string;
	subject?: string;
	target?: string;
}

const key = (caseId: string, kind: 'answer' | 'note') => `draft.${kind}.${caseId}`;

/** What was typed and not sent, kept in this browser per case and apart for answers and notes. */
export function loadDraft(caseId: string, kind: 'answer' | 'note'): Draft | undefined {
	const kept = recall(key(caseId, kind));
	if (!kept) return undefined;
	try {
		const draft = JSON.parse(kept) as Draft;
		return typeof draft.text === 'string' ? draft : undefined;
	} catch {
		return undefined;
	}
}

export function saveDraft(caseId: string, kind: 'answer' | 'note', draft: Draft): void {
	remember(
		key(caseId, kind),
		draft.text.trim() || draft.subject?.trim() ? JSON.stringify(draft) : undefined
	);
}

export function dropDraft(caseId: string, kind: 'answer' | 'note'): void {
	remember(key(caseId, kind), undefined);
}
