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
import { loadDraft, saveDraft, settleDraft, type Attempt } from '$lib/state/drafts.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';
import { fileSize, typeAccepted } from '$lib/text/files.ts';
import { answerLength } from '$lib/text/length.ts';
import { storeNote } from '$lib/text/mentions.ts';
import { openVariables } from '$lib/text/variables.ts';
import { preferences } from '$lib/state/preferences.svelte.ts';
import type { OpenCase } from './case.svelte.ts';
import { addresseeOf, tabsOf, targetsOf, usualTarget, wayOf, type Target } from './targets.ts';

/** What is being written in a case: where it goes, what stands against it, and its drafts. */
export class Composer {
	text = $state('');
	subject = $state('');
	files = $state<Attachment[]>([]);
	uploading = $state(0);
	resolve = $state(false);
	/** The post somebody chose to answer. */
	replyTo = $state<Post | undefined>(undefined);
	problems = $state<GateProblem[]>([]);
	chosen = $state('note');

	#open: OpenCase;
	/** The conversation that was chosen last, also while a note is written. */
	#conversation = $state<string | undefined>(undefined);
	#caseId = $state('');
	/** Cases whose text is on its way to the server. */
	#sendingIn = $state<string[]>([]);
	/** Counts the cases that came on the screen: what an earlier one still waits for is not put into this one. */
	#visit = 0;
	#attempt: Attempt | undefined;
	#checkTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(open: OpenCase) {
		this.#open = open;
	}

	targets: Target[] = $derived.by(() => targetsOf(this.#open.detail?.conversations ?? []));
	target: Target | undefined = $derived.by(() =>
		this.targets.find((one) => one.key === this.chosen)
	);
	/** What there is to choose from: one for each channel and voice. */
	tabs: Target[] = $derived.by(() =>
		this.#open.detail
			? tabsOf(
					this.targets,
					this.#open.detail,
					this.chosen,
					this.replyTo?.conversation_id ?? this.#conversation
				)
			: []
	);
	/** Other conversations look like the chosen one: it takes words to tell which is answered. */
	ambiguous: boolean = $derived.by(() => {
		const { target } = this;
		return Boolean(
			target && this.targets.some((one) => one !== target && wayOf(one) === wayOf(target))
		);
	});
	/** The post the answer goes to: the chosen one, else the newest of the case's person in that conversation. */
	answered: Post | undefined = $derived.by(() =>
		this.target && this.#open.detail
			? addresseeOf(this.target, this.#open.detail, this.replyTo)
			: undefined
	);
	/** The answer would go to somebody the case is not about. */
	toStranger: boolean = $derived.by(() => {
		const person = this.#open.detail?.person.id;
		return Boolean(this.answered && person && this.answered.author.person_id !== person);
	});
	sending: boolean = $derived.by(() => this.#sendingIn.includes(this.#caseId));
	length: number = $derived.by(() => {
		const talk = this.target?.conversation;
		if (!talk) return this.text.length;
		const mention =
			talk.mention && this.answered ? `@${this.answered.author.handle}` : talk.mention;
		return answerLength(this.text, talk.caps, mention);
	});
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
			this.#follow(detail);
			return;
		}
		this.#caseId = detail.id;
		const draft = loadDraft(detail.id, 'answer');
		this.chosen = this.#usual(detail);
		if (draft?.target && this.targets.some((one) => one.key === draft.target && !one.blocked)) {
			this.chosen = draft.target;
		}
		this.#conversation = this.target?.conversation.id;
		this.text = this.isNote ? (loadDraft(detail.id, 'note')?.text ?? '') : (draft?.text ?? '');
		this.subject = draft?.subject ?? '';
		this.#visit += 1;
		this.#attempt = draft?.attempt;
		this.files = draft?.files ?? draft?.attempt?.files ?? [];
		this.uploading = 0;
		this.replyTo = undefined;
		this.resolve = false;
		this.problems = [];
	}

	#usual(detail: CaseDetail): string {
		return usualTarget(targetsOf(detail.conversations), detail)?.key ?? 'note';
	}

	/** While nothing is written, the same channel and voice follow the person into their newest conversation. */
	#follow(detail: CaseDetail): void {
		const { target } = this;
		if (this.replyTo || this.text.trim() !== '' || this.files.length > 0) return;
		if (this.isNote) {
			if (!loadDraft(this.#caseId, 'answer')) this.#conversation = undefined;
		} else if (target) {
			const newest = tabsOf(this.targets, detail).find((one) => wayOf(one) === wayOf(target));
			if (!newest || newest.key === target.key) return;
			this.chosen = newest.key;
			this.#conversation = newest.conversation.id;
		}
	}

	/** From the note back to an answer: in the conversation it was in, else the usual one. */
	write(): void {
		if (!this.isNote || !this.#open.detail) return;
		const way = this.tabs.filter((one) => !one.blocked);
		const last = way.find((one) => one.conversation.id === this.#conversation);
		const key = last?.key ?? this.#usual(this.#open.detail);
		if (key !== 'note') this.choose(key);
	}

	choose(key: string): void {
		const wasNote = this.isNote;
		this.#keep();
		this.chosen = key;
		this.#conversation = this.target?.conversation.id ?? this.#conversation;
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
		else this.write();
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
			target: this.isNote ? undefined : this.chosen,
			files: this.isNote ? undefined : [...this.files],
			attempt: this.isNote ? undefined : this.#attempt
		});
	}

	/** Asks the send gate a moment after the last key; typing never waits for it. */
	#check(): void {
		clearTimeout(this.#checkTimer);
		this.problems = [];
		if (this.isNote || this.text.trim() === '' || !this.target || this.target.blocked) return;
		const { text, chosen } = this;
		const caseId = this.#caseId;
		this.#checkTimer = setTimeout(async () => {
			const form = this.#form(crypto.randomUUID());
			if (!form) return;
			try {
				const check = await api.post<AnswerCheck>(`/cases/${caseId}/answers/check`, form);
				if (caseId === this.#caseId && this.text === text && this.chosen === chosen) {
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
		return {
			id,
			conversation_id: target.conversation.id,
			in_reply_to: this.answered?.id,
			text: this.text.trim(),
			subject: target.conversation.caps.subject && this.subject ? this.subject : undefined,
			visibility: target.visibility,
			attachment_ids: this.files.map((file) => file.id),
			resolve: this.resolve
		};
	}

	/**
	 * Uploads files for the answer of the case on the screen; when another one comes there meanwhile, the rest goes on into
	 * the draft of the first.
	 */
	async attach(chosen: Iterable<File>): Promise<void> {
		const caps = this.target?.conversation.caps;
		const visit = this.#visit;
		const caseId = this.#caseId;
		if (!caps) return;
		// The field they were chosen in is emptied before the first one is there.
		for (const file of [...chosen]) {
			const there = visit === this.#visit;
			const count = there
				? this.files.length + this.uploading
				: (loadDraft(caseId, 'answer')?.files?.length ?? 0);
			if (count >= caps.max_attachments) {
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
			if (there) this.uploading += 1;
			try {
				const { attachment } = await api.post<Upload>('/uploads', body);
				this.#attached(caseId, attachment);
			} catch (error) {
				toasts.fail(error, m.file_failed({ name: file.name }));
			}
			// Whoever came back to this case counts anew.
			if (there && visit === this.#visit) this.uploading -= 1;
		}
	}

	#attached(caseId: string, file: Attachment): void {
		const draft = loadDraft(caseId, 'answer');
		const files = caseId === this.#caseId ? this.files : (draft?.files ?? []);
		if (caseId === this.#caseId) this.files = [...files, file];
		saveDraft(caseId, 'answer', { text: '', ...draft, files: [...files, file] });
		if (caseId === this.#caseId) this.#keep();
	}

	/** A file stays out of the answer. */
	remove(id: string): void {
		this.files = this.files.filter((file) => file.id !== id);
		this.#keep();
	}

	async send(): Promise<void> {
		if (!this.ready) return;
		const caseId = this.#caseId;
		this.#sendingIn = [...this.#sendingIn, caseId];
		try {
			if (this.isNote) await this.#sendNote(caseId);
			else await this.#sendAnswer(caseId);
		} catch (error) {
			if (
				error instanceof ApiProblem &&
				error.code === 'send_gate' &&
				caseId === this.#caseId &&
				!this.isNote
			) {
				this.problems = error.fields.map(({ code, message }) => ({ code, message }));
			} else {
				toasts.fail(error, connection.online ? undefined : m.send_kept());
			}
		}
		this.#sendingIn = this.#sendingIn.filter((id) => id !== caseId);
	}

	async #sendNote(caseId: string): Promise<void> {
		const written = this.text.trim();
		await api.post(`/cases/${caseId}/notes`, { text: storeNote(written, directory.users) });
		settleDraft(caseId, 'note', written);
		if (caseId !== this.#caseId) return;
		if (this.isNote && this.text.trim() === written) this.text = '';
		await this.#open.load();
	}

	async #sendAnswer(caseId: string): Promise<void> {
		const attempt = this.#attempted();
		const form = attempt && this.#form(attempt.id);
		if (!form) return;
		form.in_reply_to = attempt.inReplyTo;
		this.#attempt = attempt;
		this.#keep();
		const { post } = await api.post<AnswerAccepted>(`/cases/${caseId}/answers`, form);
		settleDraft(caseId, 'answer', form.text, form.attachment_ids);
		const until = Date.parse(post.sending?.undo_until ?? '');
		if (until > Date.now()) {
			toasts.show({
				text: m.sent_soon(),
				until,
				action: { label: m.undo(), run: () => void this.#undo(post) }
			});
		}
		if (caseId !== this.#caseId) return;
		this.#attempt = undefined;
		this.files = this.files.filter((file) => !form.attachment_ids?.includes(file.id));
		this.replyTo = undefined;
		this.resolve = false;
		if (!this.isNote && this.text.trim() === form.text) {
			this.text = '';
			this.subject = '';
		}
		void this.#open.released();
		await this.#open.load();
	}

	/**
	 * The id for what stands here now. The same words to the same place keep the id of an unconfirmed press, and whom
	 * it answered, so that pressing again can never be a second answer.
	 */
	#attempted(): Attempt | undefined {
		if (!this.target) return undefined;
		const parts = [this.chosen, this.text.trim(), this.subject, this.replyTo?.id];
		const what = JSON.stringify([...parts, this.files.map((file) => file.id)]);
		if (this.#attempt?.what === what) return this.#attempt;
		return { id: crypto.randomUUID(), what, inReplyTo: this.answered?.id, files: this.files };
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

	/** An answer that was taken back, or did not arrive, returns to be written again, before anything typed since. */
	restore(post: Post, files = post.attachments): void {
		const joined = (typed = '') =>
			typed.trim() === '' || typed.trim() === post.text ? post.text : `${post.text}\n\n${typed}`;
		if (post.case_id !== this.#caseId) {
			if (!post.case_id) return;
			const draft = loadDraft(post.case_id, 'answer');
			saveDraft(post.case_id, 'answer', { text: joined(draft?.text), subject: draft?.subject });
			return;
		}
		// Its id stays with the answer that is gone.
		this.#attempt = undefined;
		const back = this.targets.find(
			(one) =>
				one.visibility === post.visibility &&
				(one.conversation.id === post.conversation_id || !this.#has(post.conversation_id))
		);
		if (back && back.key !== this.chosen) this.choose(back.key);
		this.text = joined(this.text);
		this.files = [
			...files,
			...this.files.filter((file) => !files.some((one) => one.id === file.id))
		];
		this.#keep();
		this.#check();
	}

	#has(conversation: string | null | undefined): boolean {
		return this.targets.some((one) => one.conversation.id === conversation);
	}
}
