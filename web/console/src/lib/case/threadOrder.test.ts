import { expect, it } from 'vitest';
import type { Post, ThreadItem } from '@tertulia/api-client';
import { dayOf } from '$lib/text/time.ts';
import { inOrder, momentOf } from './threadOrder.ts';

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
