import type { Attachment } from '@tertulia/api-client';
import { recall, remember } from './stored.ts';

/** A press of Send that the server has not confirmed: it may have been taken all the same. */
export interface Attempt {
	/** The answer's id: the same id again is never a second answer. */
	id: string;
	/** What was sent and where to; anything else is another answer. */
	what: string;
	inReplyTo?: string;
	files: Attachment[];
}

export interface Draft {
	text: string;
	subject?: string;
	target?: string;
	/** Uploaded to go with it. */
	files?: Attachment[];
	attempt?: Attempt;
}

type Kind = 'answer' | 'note';

const key = (caseId: string, kind: Kind) => `draft.${kind}.${caseId}`;

/** What was typed and not sent, kept in this browser per case and apart for answers and notes. */
export function loadDraft(caseId: string, kind: Kind): Draft | undefined {
	const kept = recall(key(caseId, kind));
	if (!kept) return undefined;
	try {
		const draft = JSON.parse(kept) as Draft;
		return typeof draft.text === 'string' ? draft : undefined;
	} catch {
		return undefined;
	}
}

export function saveDraft(caseId: string, kind: Kind, draft: Draft): void {
	const worth =
		draft.text.trim() ||
		draft.subject?.trim() ||
		draft.files?.length ||
		draft.attempt?.files.length;
	remember(key(caseId, kind), worth ? JSON.stringify(draft) : undefined);
}

/** The server has this text and these files: they are a draft no more, unless something else was added meanwhile. */
export function settleDraft(
	caseId: string,
	kind: Kind,
	sent: string,
	sentFiles: string[] = []
): void {
	const draft = loadDraft(caseId, kind);
	if (!draft) return;
	const files = draft.files?.filter((file) => !sentFiles.includes(file.id));
	const text = draft.text.trim() === sent ? '' : draft.text;
	const subject = text ? draft.subject : undefined;
	saveDraft(caseId, kind, { ...draft, text, subject, files, attempt: undefined });
}
