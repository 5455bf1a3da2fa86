import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnswerForm, Attachment, CaseDetail, Post } from '@tertulia/api-client';
import { loadDraft } from '$lib/state/drafts.ts';
import { OpenCase } from './case.svelte.ts';
import { Composer } from './composer.svelte.ts';

const theirs = (id: string, person_id: string, more: Partial<Post> = {}): Post =>
	({
		id,
		conversation_id: 'thread',
		direction: 'in',
		visibility: 'public',
		text: 'hola',
		occurred_at: '2026-03-01T10:00:00Z',
		received_at: '2026-03-01T10:00:00Z',
		attachments: [],
		author: { person_id, name: person_id, handle: `${person_id}@beta.test` },
		...more
	}) as Post;

const detailOf = (id: string, posts: Post[] = [theirs('first', 'marta')]): CaseDetail =>
	({
		id,
		number: 7,
		person: { id: 'marta', number: 1, name: 'Marta', vip: false },
		presence: [],
		thread: posts.map((post) => ({ type: 'post', post: { ...post, case_id: id } })),
		conversations: [
			{
				id: 'thread',
				channel_id: 'c',
				channel_kind: 'mastodon',
				channel: 'Mastodon',
				visibility: 'public',
				mention: '@marta@beta.test',
				caps: {
					length_unit: 'chars',
					max_length: 500,
					public_answers: true,
					private_answers: true,
					reply_rule: 'anyone',
					max_attachments: 4,
					max_attachment_bytes: 1000,
					attachment_types: ['*/*'],
					subject: false
				}
			}
		]
	}) as unknown as CaseDetail;

/** The server of these tests: what was asked of it, and answers that come when the test says so. */
class Server {
	sent: AnswerForm[] = [];
	cases = new Map<string, CaseDetail>();
	waiting: ((answer: Response | Error) => void)[] = [];

	fetch = (path: string, init: RequestInit): Promise<Response> => {
		if (/\/answers$/u.test(path)) this.sent.push(JSON.parse(String(init.body)) as AnswerForm);
		else if (init.method === 'GET') {
			return Promise.resolve(Response.json(this.cases.get(path.split('/').at(-1) ?? '')));
		} else if (!/\/(uploads|notes)$/u.test(path)) return Promise.resolve(Response.json(null));
		return new Promise((settle, refuse) =>
			this.waiting.push((answer) => (answer instanceof Error ? refuse(answer) : settle(answer)))
		);
	};
	answer(answer: Response | Error): void {
		this.waiting.shift()?.(answer);
	}
	takes(): void {
		this.answer(Response.json({ post: theirs('ours', 'we', { direction: 'out' }) }));
	}
}

let server: Server;
let open: OpenCase;
let composer: Composer;

function show(id: string, posts?: Post[]): void {
	const detail = detailOf(id, posts);
	server.cases.set(id, detail);
	open.id = id;
	open.detail = detail;
	composer.adopt(detail);
}

function write(text: string): void {
	composer.text = text;
	composer.typed();
}

beforeEach(() => {
	const kept = new Map<string, string>();
	vi.stubGlobal('localStorage', {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
		removeItem: (key: string) => void kept.delete(key)
	});
	server = new Server();
	vi.stubGlobal('fetch', server.fetch);
	vi.spyOn(console, 'error').mockImplementation(() => undefined);
	open = new OpenCase();
	open.typing = () => Promise.resolve();
	composer = new Composer(open);
});
afterEach(() => {
	composer.leave();
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

describe('pressing Send again', () => {
	async function loseTheReply(): Promise<void> {
		const press = composer.send();
		server.answer(new TypeError('the line is cut'));
		await press;
	}

	it('is the same answer until the server confirms it', async () => {
		show('a');
		write('Ya lo buscamos');
		await loseTheReply();
		expect(composer.text).toBe('Ya lo buscamos');
		const again = composer.send();
		server.takes();
		await again;
		expect(server.sent[1]).toEqual(server.sent[0]);
		expect(composer.text).toBe('');

		write('Ya lo buscamos');
		void composer.send();
		expect(server.sent[2]?.id).not.toBe(server.sent[0]?.id);
	});

	it('stays the same answer when the page was opened again, or somebody wrote meanwhile', async () => {
		show('a');
		composer.files = [{ id: 'photo', mime: 'image/png' } as Attachment];
		write('Mira la foto');
		await loseTheReply();
		composer = new Composer(open);
		show('a', [theirs('first', 'marta'), theirs('second', 'marta')]);
		expect(composer.text).toBe('Mira la foto');
		void composer.send();
		expect(server.sent[1]).toEqual(server.sent[0]);
	});

	it('is another answer when its words or whom it answers changed', async () => {
		show('a', [theirs('first', 'marta'), theirs('second', 'marta')]);
		write('Ya lo buscamos');
		await loseTheReply();
		write('Ya lo encontramos');
		await loseTheReply();
		composer.answer(theirs('first', 'marta'));
		await loseTheReply();
		expect(new Set(server.sent.map((form) => form.id)).size).toBe(3);
	});

	it('is another answer after the first one was taken back', async () => {
		show('a');
		write('Ya lo buscamos');
		await loseTheReply();
		composer.restore({
			...theirs('ours', 'we', { direction: 'out', text: 'Ya lo buscamos' }),
			case_id: 'a'
		});
		expect(composer.text).toBe('Ya lo buscamos');
		void composer.send();
		expect(server.sent[1]?.id).not.toBe(server.sent[0]?.id);
	});
});

describe('whom an answer goes to', () => {
	const thread = [theirs('complaint', 'marta'), theirs('mockery', 'troll')];

	it("is the case's person, though somebody else wrote last, and always goes along", () => {
		show('a', thread);
		expect(composer.answered?.id).toBe('complaint');
		expect(composer.toStranger).toBe(false);
		composer.choose('thread:private');
		write('Tu reserva es la 12');
		void composer.send();
		expect(server.sent[0]).toMatchObject({ in_reply_to: 'complaint', visibility: 'private' });
	});

	it('warns when somebody else was chosen', () => {
		show('a', thread);
		composer.answer(theirs('mockery', 'troll'));
		expect(composer.answered?.id).toBe('mockery');
		expect(composer.toStranger).toBe(true);
	});

	it('warns when only others can be answered', () => {
		show('a', [
			theirs('gone', 'marta', { deleted_at: '2026-03-01T11:00:00Z' }),
			...thread.slice(1)
		]);
		expect(composer.answered?.id).toBe('mockery');
		expect(composer.toStranger).toBe(true);
	});
});

describe('another case comes on the screen while the server is waited for', () => {
	it('and keeps what is typed in it', async () => {
		show('a');
		write('Para la primera');
		const press = composer.send();
		show('b');
		write('Para la segunda');
		expect(composer.sending).toBe(false);
		server.takes();
		await press;
		expect(composer.text).toBe('Para la segunda');
		expect(loadDraft('a', 'answer')).toBeUndefined();
		expect(loadDraft('b', 'answer')?.text).toBe('Para la segunda');
		expect(open.detail?.id).toBe('b');
	});

	it('also when a note was sent', async () => {
		show('a');
		composer.choose('note');
		write('Nota de la primera');
		const press = composer.send();
		show('b');
		composer.choose('note');
		write('Nota de la segunda');
		server.answer(Response.json(null));
		await press;
		expect(composer.text).toBe('Nota de la segunda');
		expect(loadDraft('a', 'note')).toBeUndefined();
	});

	it('and takes no file that was added to the other', async () => {
		show('a');
		const upload = composer.attach([new File(['x'], 'factura.pdf', { type: 'application/pdf' })]);
		show('b');
		server.answer(Response.json({ attachment: { id: 'file', mime: 'application/pdf' } }));
		await upload;
		expect(composer.files).toEqual([]);
		expect(composer.uploading).toBe(0);
		show('a');
		expect(composer.files.map((file) => file.id)).toEqual(['file']);
	});

	it('and all the files chosen together wait where they were chosen', async () => {
		show('a');
		write('Aquí van');
		const pdf = (name: string) => new File(['x'], name, { type: 'application/pdf' });
		const upload = composer.attach([pdf('una.pdf'), pdf('dos.pdf')]);
		show('b');
		for (const id of ['una', 'dos']) {
			await vi.waitFor(() => expect(server.waiting).toHaveLength(1));
			server.answer(Response.json({ attachment: { id, mime: 'application/pdf' } }));
			await vi.waitFor(() =>
				expect(loadDraft('a', 'answer')?.files?.map((file) => file.id)).toContain(id)
			);
		}
		await upload;
		expect(composer.files).toEqual([]);
		show('a');
		expect(composer.text).toBe('Aquí van');
		expect(composer.files.map((file) => file.id)).toEqual(['una', 'dos']);
		composer.remove('una');
		show('b');
		show('a');
		expect(composer.files.map((file) => file.id)).toEqual(['dos']);
	});

	it('and the answer taken back waits as a draft where it was written', () => {
		show('b');
		composer.restore({ ...theirs('ours', 'we', { text: 'Perdón' }), case_id: 'a' });
		expect(composer.text).toBe('');
		expect(loadDraft('a', 'answer')?.text).toBe('Perdón');
	});
});

it('what was typed while an answer was on its way stays', async () => {
	show('a');
	write('Primero');
	const press = composer.send();
	write('Primero\n\nY después');
	server.takes();
	await press;
	expect(composer.text).toBe('Primero\n\nY después');
	expect(loadDraft('a', 'answer')?.text).toBe('Primero\n\nY después');
});

it('an answer that did not arrive returns the way it went, before what was typed since', () => {
	show('a');
	composer.choose('thread:public');
	write('otra cosa');
	composer.restore({
		...theirs('ours', 'we', { text: 'Tu dirección', visibility: 'private' }),
		case_id: 'a'
	});
	expect(composer.chosen).toBe('thread:private');
	expect(composer.text).toBe('Tu dirección\n\notra cosa');
});
