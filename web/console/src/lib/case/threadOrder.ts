import type { ThreadItem } from '@tertulia/api-client';

/**
 * When something was said or done: the moment its day heading and its place in the thread go by. What a network dates
 * later than it reached us counts from then.
 */
export function momentOf(item: ThreadItem): string {
	if (item.type === 'note') return item.note.at;
	if (item.type === 'change') return item.change.at;
	const { occurred_at, received_at } = item.post;
	return Date.parse(occurred_at) > Date.parse(received_at) ? received_at : occurred_at;
}

/** The thread as it was said, also when older posts were fetched later. */
export function inOrder(thread: ThreadItem[]): ThreadItem[] {
	return [...thread].sort((one, other) => Date.parse(momentOf(one)) - Date.parse(momentOf(other)));
}
