import { describe, expect, it } from 'vitest';
import { highlight } from '$lib/text/highlight.ts';
import { legendOf, rangesByPart } from './parts.ts';

describe('legendOf', () => {
	it('numbers parts by the posts they were found in', () => {
		const posts = [
			{
				found: [
					{ part: 'a', start: 0, end: 1 },
					{ part: 'a', start: 4, end: 5 }
				]
			},
			{
				found: [
					{ part: 'b*', start: 0, end: 1 },
					{ part: 'a', start: 3, end: 4 }
				]
			},
			{ found: [] }
		];
		expect(legendOf(posts)).toEqual([
			{ part: 'a', posts: 2, number: 1 },
			{ part: 'b*', posts: 1, number: 2 }
		]);
	});
});

describe('rangesByPart', () => {
	it('lets a text be cut where parts overlap', () => {
		const cut = highlight(
			'flor de mirasol',
			rangesByPart(
				[
					{ part: 'mirasol', start: 8, end: 15 },
					{ part: '"flor de mirasol"', start: 0, end: 15 }
				],
				[]
			)
		);
		expect(cut.map(({ text, by }) => [text, by])).toEqual([
			['flor de ', ['"flor de mirasol"']],
			['mirasol', ['mirasol', '"flor de mirasol"']]
		]);
	});

	it('marks whole ranges when parts are not told', () => {
		expect(highlight('un mirasol', rangesByPart(undefined, [[3, 10]])).at(-1)?.marked).toBe(true);
	});
});
