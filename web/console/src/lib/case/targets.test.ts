import { describe, expect, it } from 'vitest';
import type { Caps, CaseDetail, Conversation, Post, ThreadItem } from '@tertulia/api-client';
import { tabsOf, targetsOf, usualTarget } from './targets.ts';

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
const person = { id: 'marta', number: 1, name: 'Marta', vip: false } as CaseDetail['person'];
const theirs = (
	conversation_id: string,
	visibility: string,
	person_id = person.id
): ThreadItem => ({
	type: 'post',
	post: { id: 'p', conversation_id, visibility, direction: 'in', author: { person_id } } as Post
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
		expect(usualTarget(targets, { thread, person })?.key).toBe('b:private');
	});

	it('takes the first open way when that one is blocked', () => {
		const targets = targetsOf([talk('a', { public_blocked: 'window_over' })]);
		expect(usualTarget(targets, { thread: [theirs('a', 'public')], person })?.key).toBe(
			'a:private'
		);
	});

	it('goes where the person wrote last, whatever others said since', () => {
		const targets = targetsOf([talk('a'), talk('b')]);
		const thread = [theirs('b', 'public'), theirs('a', 'public', 'hugo')];
		expect(usualTarget(targets, { thread, person })?.key).toBe('b:public');
	});
});

describe('tabsOf', () => {
	const keys = (...arguments_: Parameters<typeof tabsOf>) =>
		tabsOf(...arguments_).map((one) => one.key);
	const three = targetsOf([talk('a'), talk('b'), talk('d', { channel_id: 'other' })]);
	const thread = [theirs('a', 'public'), theirs('b', 'public'), theirs('a', 'public', 'hugo')];

	it('is one for each channel and voice, where the person wrote last', () => {
		expect(keys(three, { thread, person })).toEqual([
			'b:public',
			'b:private',
			'd:public',
			'd:private'
		]);
	});

	it('stays with the chosen one, and in its conversation when the voice changes', () => {
		const chosen = keys(three, { thread, person }, 'a:public', 'a');
		expect(chosen.slice(0, 2)).toEqual(['a:public', 'a:private']);
		const noted = keys(three, { thread, person }, 'note', 'a');
		expect(noted.slice(0, 2)).toEqual(['a:public', 'a:private']);
	});

	it('goes from a public conversation to its continuation and back', () => {
		const targets = targetsOf([
			talk('a'),
			talk('b'),
			talk('c', { visibility: 'private', continues: 'a' })
		]);
		expect(keys(targets, { thread, person }, 'a:public', 'a')).toEqual(['a:public', 'c:private']);
		expect(keys(targets, { thread, person }, 'c:private', 'c')).toEqual(['a:public', 'c:private']);
	});

	it('prefers what is open', () => {
		const targets = targetsOf([talk('a'), talk('b', { public_blocked: 'window_over' })]);
		expect(keys(targets, { thread, person })[0]).toBe('a:public');
	});
});
