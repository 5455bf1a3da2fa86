import type {
	AnswerAccepted,
	AnswerCheck,
	AnswerForm,
	Attachment,
	CaseDetail,
	GateProblem,
	Post,
	Upload
} from '@tertulia/api-client';
import { ApiProblem } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';
import { api } from '$lib/state/api.ts';
import { connection } from '$lib/state/connection.svelte.ts';
import { directory } from '$lib/state/directory.svelte.ts';
import { dropDraft, loadDraft, saveDraft } from '$lib/state/drafts.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';
import { fileSize, typeAccepted } from '$lib/text/files.ts';
import { answerLength } from '$lib/text/length.ts';
import { storeNote } from '$lib/text/mentions.ts';
import { openVariables } from '$lib/text/variables.ts';
import { preferences } from '$lib/state/preferences.svelte.ts';
import type { OpenCase } from './case.svelte.ts';
import { targetsOf, usualTarget, type Target } from './targets.ts';

/** What is being written in a case: where it goes, what stands against it, and its drafts. */
export class Composer {
	text = $state('');
	subject = $state('');
	files = $state<Attachment[]>([]);
	uploading = $state(0);
	resolve = $state(false);
	sending = $state(false);
	/** The post it answers, when somebody chose one. */
	replyTo = $state<Post | undefined>(undefined);
	problems = $state<GateProblem[]>([]);
	chosen = $state('note');

	#open: OpenCase;
	#caseId = '';
	#checkTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(open: OpenCase) {
		this.#open = open;
	}

	targets: Target[] = $derived.by(() => targetsOf(this.#open.detail?.conversations ?? []));
	target: Target | undefined = $derived.by(() =>
		this.targets.find((one) => one.key === this.chosen)
	);
	length: number = $derived.by(() =>
		this.target
			? answerLength(this.text, this.target.conversation.caps, this.target.conversation.mention)
			: this.text.length
	);
	tooLong: boolean = $derived.by(() => {
		const most = this.target?.conversation.caps.max_length;
		return Boolean(most && this.length > most);
	});
	holes: string[] = $derived.by(() => openVariables(this.text));
	isNote: boolean = $derived.by(() => this.chosen === 'note');
	ready: boolean = $derived.by(() => {
		if (this.sending || this.uploading > 0) return false;
		if (this.isNote) return this.text.trim() !== '';
		if (!this.target || this.target.blocked || this.#open.reservedByOther) return false;
		return (
			(this.text.trim() !== '' || this.files.length > 0) && !this.tooLong && this.holes.length === 0
		);
	});

	/** A case came on the screen: its draft returns, and the usual way to answer is chosen. */
	adopt(detail: CaseDetail): void {
		if (detail.id === this.#caseId) {
			if (this.chosen !== 'note' && !this.target) this.chosen = this.#usual(detail);
			return;
		}
		this.#caseId = detail.id;
		const draft = loadDraft(detail.id, 'answer');
		this.chosen = this.#usual(detail);
		if (draft?.target && this.targets.some((one) => one.key === draft.target && !one.blocked)) {
			this.chosen = draft.target;
		}
		this.text = this.isNote ? (loadDraft(detail.id, 'note')?.text ?? '') : (draft?.text ?? '');
		this.subject = draft?.subject ?? '';
		this.files = [];
		this.replyTo = undefined;
		this.resolve = false;
		this.problems = [];
	}

	#usual(detail: CaseDetail): string {
		return usualTarget(targetsOf(detail.conversations), detail)?.key ?? 'note';
	}

	choose(key: string): void {
		const wasNote = this.isNote;
		this.#keep();
		this.chosen = key;
		this.problems = [];
		if (wasNote !== this.isNote) {
			this.text = loadDraft(this.#caseId, this.isNote ? 'note' : 'answer')?.text ?? '';
		}
		this.#check();
	}

	/** Answers a chosen post the way it came, when that way is open. */
	answer(post: Post): void {
		const same = this.targets.find(
			(one) => one.conversation.id === post.conversation_id && one.visibility === post.visibility
		);
		if (same && !same.blocked) this.choose(same.key);
		else if (this.isNote) this.choose(this.targets.find((one) => !one.blocked)?.key ?? 'note');
		this.replyTo = post;
	}

	/** The case leaves the screen: nothing is asked about its text any more. */
	leave(): void {
		clearTimeout(this.#checkTimer);
	}

	typed(): void {
		this.#keep();
		void this.#open.typing(!this.isNote && this.text.trim() !== '');
		if (this.text.trim() === '') void this.#open.released();
		this.#check();
	}

	#keep(): void {
		if (!this.#caseId) return;
		saveDraft(this.#caseId, this.isNote ? 'note' : 'answer', {
			text: this.text,
			subject: this.subject || undefined,
			target: this.isNote ? undefined : this.chosen
		});
	}

	/** Asks the send gate a moment after the last key; typing never waits for it. */
	#check(): void {
		clearTimeout(this.#checkTimer);
		this.problems = [];
		if (this.isNote || this.text.trim() === '' || !this.target || this.target.blocked) return;
		const text = this.text;
		this.#checkTimer = setTimeout(async () => {
			const form = this.#form(crypto.randomUUID());
			if (!form) return;
			try {
				const check = await api.post<AnswerCheck>(`/cases/${this.#caseId}/answers/check`, form);
				if (this.text === text) {
					this.problems = check.problems.filter((problem) => problem.code !== 'empty');
				}
			} catch {
				// The gate speaks again when it is sent.
			}
		}, 600);
	}

	#form(id: string): AnswerForm | undefined {
		const target = this.target;
		if (!target) return undefined;
		const sameThread = this.replyTo?.conversation_id === target.conversation.id;
		return {
			id,
			conversation_id: target.conversation.id,
			in_reply_to: sameThread ? this.replyTo?.id : undefined,
			text: this.text.trim(),
			subject: target.conversation.caps.subject && this.subject ? this.subject : undefined,
			visibility: target.visibility,
			attachment_ids: this.files.map((file) => file.id),
			resolve: this.resolve
		};
	}

	async attach(files: Iterable<File>): Promise<void> {
		const caps = this.target?.conversation.caps;
		if (!caps) return;
		for (const file of files) {
			if (this.files.length + this.uploading >= caps.max_attachments) {
				toasts.show({ text: m.files_too_many({ most: caps.max_attachments }), tone: 'bad' });
				return;
			}
			if (file.size > caps.max_attachment_bytes) {
				const most = fileSize(caps.max_attachment_bytes, preferences.locale);
				toasts.show({ text: m.file_too_large({ name: file.name, most }), tone: 'bad' });
				continue;
			}
			if (!typeAccepted(file.type || 'application/octet-stream', caps.attachment_types)) {
				toasts.show({ text: m.file_type_refused({ name: file.name }), tone: 'bad' });
				continue;
			}
			const body = new FormData();
			body.append('file', file);
			this.uploading += 1;
			try {
				const upload = await api.post<Upload>('/uploads', body);
				this.files = [...this.files, upload.attachment];
			} catch (error) {
				toasts.fail(error, m.file_failed({ name: file.name }));
			}
			this.uploading -= 1;
		}
	}

	async send(): Promise<void> {
		if (!this.ready) return;
		this.sending = true;
		try {
			if (this.isNote) await this.#sendNote();
			else await this.#sendAnswer();
		} catch (error) {
			if (error instanceof ApiProblem && error.code === 'send_gate') {
				this.problems = error.fields.map(({ code, message }) => ({ code, message }));
			} else {
				toasts.fail(error, connection.online ? undefined : m.send_kept());
			}
		}
		this.sending = false;
	}

	async #sendNote(): Promise<void> {
		const text = storeNote(this.text.trim(), directory.users);
		await api.post(`/cases/${this.#caseId}/notes`, { text });
		dropDraft(this.#caseId, 'note');
		this.text = '';
		await this.#open.load();
	}

	async #sendAnswer(): Promise<void> {
		const form = this.#form(crypto.randomUUID());
		if (!form) return;
		const caseId = this.#caseId;
		const accepted = await api.post<AnswerAccepted>(`/cases/${caseId}/answers`, form);
		dropDraft(caseId, 'answer');
		this.text = '';
		this.subject = '';
		this.files = [];
		this.replyTo = undefined;
		this.resolve = false;
		void this.#open.released();
		const until = Date.parse(accepted.post.sending?.undo_until ?? '');
		if (until > Date.now()) {
			toasts.show({
				text: m.sent_soon(),
				until,
				action: { label: m.undo(), run: () => void this.#undo(accepted.post) }
			});
		}
		await this.#open.load();
	}

	async #undo(post: Post): Promise<void> {
		try {
			await api.delete(`/answers/${post.sending?.answer_id}`);
			this.restore(post);
		} catch (error) {
			toasts.fail(error);
		}
		await this.#open.load();
	}

	/** An answer that was taken back returns to be written again. */
	restore(post: Post): void {
		if (post.case_id !== this.#caseId) return;
		const back = this.targets.find(
			(one) => one.conversation.id === post.conversation_id && one.visibility === post.visibility
		);
		if (this.isNote && back) this.choose(back.key);
		if (this.text.trim() === '') this.text = post.text;
		this.files = post.attachments;
		this.#keep();
	}
}
