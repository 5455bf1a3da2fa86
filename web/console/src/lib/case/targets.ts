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

/** Where an answer goes unless somebody chooses: the way their newest post came, else the first that is open. */
export function usualTarget(
	targets: Target[],
	detail: Pick<CaseDetail, 'thread'>
): Target | undefined {
	const newest = detail.thread.findLast(
		(item) => item.type === 'post' && item.post.direction === 'in'
	);
	const open = targets.filter((target) => !target.blocked);
	if (newest?.type === 'post') {
		const same = open.find(
			(target) =>
				target.conversation.id === newest.post.conversation_id &&
				target.visibility === newest.post.visibility
		);
		if (same) return same;
	}
	return open[0];
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
