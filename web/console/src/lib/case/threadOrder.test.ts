import { describe, expect, it, vi } from 'vitest';
import type { Post, ThreadItem } from '@tertulia/api-client';
import { dayOf } from '$lib/text/time.ts';
import { OpenCase } from './case.svelte.ts';
import { idOf, inOrder, momentOf, renewed, withEarlier } from './threadOrder.ts';

const post = (id: string, occurred_at: string, received_at = occurred_at): ThreadItem => ({
	type: 'post',
	post: { id, occurred_at, received_at } as Post
});
const note = (at: string): ThreadItem => ({
	type: 'note',
	note: { id: at, author_id: 'u', author: 'Ana', text: '', at }
});

it('days never jump back, also when older posts came later', () => {
	const thread = inOrder([
		post('new', '2026-03-05T10:00:00Z'),
		note('2026-03-05T11:00:00Z'),
		post('backfilled', '2026-02-01T10:00:00Z', '2026-03-05T12:00:00Z'),
		post('newest', '2026-03-06T10:00:00Z')
	]);
	const days = thread.map((item) => dayOf(momentOf(item), 'en', 'UTC'));
	expect(days).toEqual([
		'Sunday, February 1',
		'Thursday, March 5',
		'Thursday, March 5',
		'Friday, March 6'
	]);
});

it('a clock that runs ahead puts nothing into the future', () => {
	const thread = inOrder([
		post('ahead', '2027-01-01T00:00:00Z', '2026-03-05T10:00:00Z'),
		note('2026-03-05T11:00:00Z')
	]);
	expect(thread.map((item) => item.type)).toEqual(['post', 'note']);
});

it('what happened at the same moment stays as the server has it', () => {
	const at = '2026-03-05T10:00:00.000Z';
	expect(inOrder([post('one', at), note(at), post('two', at)]).map((item) => item.type)).toEqual([
		'post',
		'note',
		'post'
	]);
});

describe('a thread in pages', () => {
	const at = (minute: number) => `2026-03-05T10:${String(minute).padStart(2, '0')}:00Z`;
	const posts = (from: number, to: number) =>
		Array.from({ length: to - from }, (_, step) => post(`p${from + step}`, at(from + step)));
	const change = (minute: number, kind: string): ThreadItem => ({
		type: 'change',
		change: { at: at(minute), actor_id: null, actor: 'Tertulia', kind, detail: {} }
	});

	it('keeps what was loaded when the case is fetched again', () => {
		const first = renewed(undefined, { thread: posts(10, 20), older: 'ten' });
		expect(first.older).toBe('ten');
		const more = withEarlier(first, {
			items: [...posts(5, 10), change(9, 'tagged')],
			older: 'five'
		});
		expect(more.thread.map(idOf).slice(0, 2)).toEqual(['p5', 'p6']);
		expect([more.thread.length, more.older]).toEqual([16, 'five']);

		const edited = post('p19', at(19));
		if (edited.type === 'post') edited.post.text = 'corrected';
		const fresh = [...posts(12, 19), edited, post('p20', at(20)), change(21, 'resolved')];
		const again = renewed(more, { thread: fresh, older: 'twelve' });
		expect([again.thread.length, again.older]).toEqual([18, 'five']);
		expect(again.thread).toContain(edited);
		expect(new Set(again.thread.map(idOf)).size).toBe(18);
	});

	it('goes by the server alone when it brings all, or so much that some in between is missing', () => {
		const held = { thread: posts(0, 10), older: 'zero' };
		expect(renewed(held, { thread: posts(2, 5), older: null }).thread).toHaveLength(3);
		expect(renewed(held, { thread: posts(20, 30), older: 'twenty' })).toEqual({
			thread: posts(20, 30),
			older: 'twenty'
		});
	});

	it('a page that overlaps brings nothing twice', () => {
		const held = { thread: [change(4, 'opened'), ...posts(5, 8)], older: 'five' };
		const page = { items: [...posts(2, 4), change(4, 'opened'), post('p5', at(5))], older: null };
		const both = withEarlier(held, page);
		expect([both.thread.length, both.older]).toEqual([6, null]);
	});

	it('is asked for once at a time, and stays when the case is fetched again', async () => {
		const asked: string[] = [];
		vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
		vi.stubGlobal('fetch', (path: string) => {
			asked.push(path.replace(/^.*\/cases/u, ''));
			const answer = path.includes('/thread')
				? { items: posts(0, 5), older: null }
				: { id: 'a', thread: posts(5, 10), older: 'five' };
			return Promise.resolve(Response.json(answer));
		});
		const open = new OpenCase();
		open.id = 'a';
		await open.load();
		expect(await Promise.all([open.loadEarlier(), open.loadEarlier()])).toEqual([5, 0]);
		await open.load();
		expect([open.detail?.thread.length, open.detail?.older]).toEqual([10, null]);
		expect(await open.loadEarlier()).toBe(0);
		expect(asked).toEqual(['/a', '/a/thread?before=five', '/a']);
		vi.unstubAllGlobals();
	});
});
