import type { CaseDetail, ThreadItem, ThreadPage } from '@tertulia/api-client';

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

/** What tells a thing in a thread from all others; a change has no id, but says when, who and what. */
export function idOf(item: ThreadItem): string {
	if (item.type === 'post') return item.post.id;
	if (item.type === 'note') return item.note.id;
	const { at, kind, actor_id, detail } = item.change;
	return JSON.stringify([at, kind, actor_id ?? null, detail]);
}

/** Each thing once, as `fresh` has it. */
function union(held: ThreadItem[], fresh: ThreadItem[]): ThreadItem[] {
	const known = new Set(fresh.map(idOf));
	return inOrder([...held.filter((item) => !known.has(idOf(item))), ...fresh]);
}

type Threaded = Pick<CaseDetail, 'thread' | 'older'>;

/**
 * The thread after the case was fetched again, which brings its newest page: what was there before that page stays, as
 * long as nothing is missing in between.
 */
export function renewed(held: Threaded | undefined, fresh: Threaded): Threaded {
	const known = new Set(held?.thread.map(idOf));
	const joins = fresh.thread.some((item) => known.has(idOf(item)));
	if (!held || !fresh.older || !joins) return { thread: inOrder(fresh.thread), older: fresh.older };
	return { thread: union(held.thread, fresh.thread), older: held.older };
}

/** The thread with the page before it. */
export function withEarlier(held: Threaded, page: ThreadPage): Threaded {
	return { thread: union(page.items, held.thread), older: page.older };
}
