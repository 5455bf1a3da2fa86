import type { FoundPart, Post } from '@tertulia/api-client';

/** One part of a query in a list of posts. */
export interface Part {
	part: string;
	/** Its place in the legend, from 1. */
	number: number;
	/** Posts it was found in. */
	posts: number;
}

/** The parts of the query that were found, those found in most posts first. */
export function legendOf(posts: Pick<Post, 'found'>[]): Part[] {
	const counts = new Map<string, number>();
	for (const post of posts) {
		for (const part of new Set(post.found?.map((one) => one.part))) {
			counts.set(part, (counts.get(part) ?? 0) + 1);
		}
	}
	return [...counts]
		.sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
		.map(([part, posts], index) => ({ part, posts, number: index + 1 }));
}

/** What `highlight` wants: the ranges of each part under the part's name; whole ranges when parts are not told. */
export function rangesByPart(
	found: FoundPart[] | undefined,
	ranges: [number, number][]
): { monitor: string; ranges: [number, number][] }[] {
	if (!found || found.length === 0) return [{ monitor: '', ranges }];
	const parts = new Map<string, [number, number][]>();
	for (const { part, start, end } of found) {
		parts.set(part, [...(parts.get(part) ?? []), [start, end]]);
	}
	return [...parts].map(([monitor, ranges]) => ({ monitor, ranges }));
}
