import type { CaseDetail, Conversation, Post } from '@tertulia/api-client';

/** A place an answer can go to: one conversation, in public or in private. */
export interface Target {
	key: string;
	conversation: Conversation;
	visibility: 'public' | 'private';
	/** Why nothing can be sent there now. */
	blocked?: string;
	/** It will open a private conversation that continues the public one. */
	movesToPrivate: boolean;
}

const keyOf = (conversation: Conversation, visibility: string) =>
	`${conversation.id}:${visibility}`;

/**
 * Where this case can be answered. A public conversation offers its private continuation only until one exists; what
 * a channel can never do is left out, what it can't do now is kept with the reason.
 */
export function targetsOf(conversations: Conversation[]): Target[] {
	const targets: Target[] = [];
	for (const conversation of conversations) {
		if (conversation.visibility === 'public') {
			targets.push({
				key: keyOf(conversation, 'public'),
				conversation,
				visibility: 'public',
				blocked: conversation.public_blocked ?? undefined,
				movesToPrivate: false
			});
			const continued = conversations.some((other) => other.continues === conversation.id);
			if (!continued && conversation.caps.private_answers) {
				targets.push({
					key: keyOf(conversation, 'private'),
					conversation,
					visibility: 'private',
					blocked: conversation.private_blocked ?? undefined,
					movesToPrivate: true
				});
			}
		} else {
			targets.push({
				key: keyOf(conversation, 'private'),
				conversation,
				visibility: 'private',
				blocked: conversation.private_blocked ?? undefined,
				movesToPrivate: false
			});
		}
	}
	return targets;
}

const newestFirst = (detail: Pick<CaseDetail, 'thread' | 'person'>): Post[] => {
	const theirs = detail.thread
		.flatMap((item) => (item.type === 'post' && item.post.direction === 'in' ? [item.post] : []))
		.reverse();
	const own = theirs.filter((post) => post.author.person_id === detail.person.id);
	return [...own, ...theirs.filter((post) => !own.includes(post))];
};

/** Where an answer goes unless somebody chooses: the way the person's newest post came, else the first that is open. */
export function usualTarget(
	targets: Target[],
	detail: Pick<CaseDetail, 'thread' | 'person'>
): Target | undefined {
	const newest = newestFirst(detail)[0];
	const open = tabsOf(targets, detail).filter((target) => !target.blocked);
	const same = open.find(
		(target) =>
			target.conversation.id === newest?.conversation_id && target.visibility === newest.visibility
	);
	return same ?? open[0];
}

/** Targets that look alike to whoever writes: the same channel, in the same voice. */
export const wayOf = (target: Target): string =>
	`${target.conversation.channel_id}:${target.visibility}`;

/**
 * One target for each channel and voice, however many conversations the case has there: the chosen one; else the one in
 * the conversation that was written in last or its continuation; else where the person wrote last, what is open first.
 */
export function tabsOf(
	targets: Target[],
	detail: Pick<CaseDetail, 'thread' | 'person'>,
	chosen?: string,
	conversation?: string
): Target[] {
	const posts = newestFirst(detail);
	const age = (target: Target) => {
		const at = posts.findIndex((post) => post.conversation_id === target.conversation.id);
		return at < 0 ? posts.length : at;
	};
	const before = targets.find((one) => one.conversation.id === conversation)?.conversation
		.continues;
	const belongs = ({ conversation: { id, continues } }: Target) =>
		conversation !== undefined &&
		(id === conversation || continues === conversation || id === before);
	const ways = [...new Set(targets.map(wayOf))];
	return ways.flatMap((way) => {
		const alike = targets.filter((target) => wayOf(target) === way);
		const usual = alike.toSorted(
			(a, b) => Number(Boolean(a.blocked)) - Number(Boolean(b.blocked)) || age(a) - age(b)
		);
		return alike.find((target) => target.key === chosen) ?? alike.find(belongs) ?? usual[0] ?? [];
	});
}

/**
 * The post an answer goes to, and with it the person: the one chosen in that conversation, else the newest of the case's
 * person there, else the newest of anybody (then the screen warns).
 */
export function addresseeOf(
	target: Target,
	detail: Pick<CaseDetail, 'thread' | 'person'>,
	chosen?: Post
): Post | undefined {
	const here = target.conversation.id;
	if (chosen?.conversation_id === here) return chosen;
	const theirs = detail.thread
		.flatMap((item) => (item.type === 'post' ? [item.post] : []))
		.filter((post) => post.conversation_id === here && post.direction === 'in' && !post.deleted_at);
	return theirs.findLast((post) => post.author.person_id === detail.person.id) ?? theirs.at(-1);
}
