import { describe, expect, it } from 'vitest';
import type { Caps, Conversation, Post, ThreadItem } from '@tertulia/api-client';
import { targetsOf, usualTarget } from './targets.ts';

const caps = (part: Partial<Caps> = {}): Caps => ({
	length_unit: 'chars',
	short_mentions: false,
	public_answers: true,
	private_answers: true,
	reply_rule: 'anyone',
	max_attachments: 4,
	max_attachment_bytes: 1000,
	attachment_types: ['*/*'],
	subject: false,
	...part
});
const talk = (id: string, part: Partial<Conversation> = {}): Conversation => ({
	id,
	channel_id: 'c',
	channel_kind: 'mastodon',
	channel: 'Mastodon',
	visibility: 'public',
	caps: caps(),
	...part
});
const theirs = (conversation_id: string, visibility: string): ThreadItem => ({
	type: 'post',
	post: { id: 'p', conversation_id, visibility, direction: 'in' } as Post
});

describe('targetsOf', () => {
	it('offers public and a move to private for a public conversation', () => {
		expect(targetsOf([talk('a')]).map((one) => [one.key, one.movesToPrivate])).toEqual([
			['a:public', false],
			['a:private', true]
		]);
	});

	it('answers the private continuation itself once it exists', () => {
		const targets = targetsOf([talk('a'), talk('b', { visibility: 'private', continues: 'a' })]);
		expect(targets.map((one) => one.key)).toEqual(['a:public', 'b:private']);
	});

	it('keeps what is blocked, with its reason, and leaves out what a channel can never do', () => {
		const feed = talk('f', {
			channel_kind: 'feed',
			caps: caps({ public_answers: false, private_answers: false }),
			public_blocked: 'reply_rule_never'
		});
		expect(targetsOf([feed])).toMatchObject([{ key: 'f:public', blocked: 'reply_rule_never' }]);
	});
});

describe('usualTarget', () => {
	it('goes the way their newest post came', () => {
		const targets = targetsOf([talk('a'), talk('b', { visibility: 'private', continues: 'a' })]);
		const thread = [theirs('a', 'public'), theirs('b', 'private')];
		expect(usualTarget(targets, { thread })?.key).toBe('b:private');
	});

	it('takes the first open way when that one is blocked', () => {
		const targets = targetsOf([talk('a', { public_blocked: 'window_over' })]);
		expect(usualTarget(targets, { thread: [theirs('a', 'public')] })?.key).toBe('a:private');
	});
});
