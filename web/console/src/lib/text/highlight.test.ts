import { describe, expect, it } from 'vitest';
import { highlight } from './highlight.ts';

describe('highlight', () => {
	it('marks ranges and joins to the text again', () => {
		const text = 'mi paquete no llegó 😡';
		const pieces = highlight(text, [{ monitor: 'Perdidos', ranges: [[3, 10]] }]);
		expect(pieces.map((piece) => piece.text).join('')).toBe(text);
		expect(pieces.filter((piece) => piece.marked).map((piece) => piece.text)).toEqual(['paquete']);
	});

	it('takes overlapping, reversed and outlying ranges without losing text', () => {
		const text = 'abcdef';
		for (const ranges of [
			[
				[1, 4],
				[3, 9]
			],
			[
				[5, 2],
				[-3, 2]
			],
			[[100, 200]]
		] as [number, number][][]) {
			const pieces = highlight(text, [{ monitor: 'm', ranges }]);
			expect(pieces.map((piece) => piece.text).join('')).toBe(text);
		}
	});

	it('says which monitors marked a place', () => {
		const pieces = highlight('abcd', [
			{ monitor: 'A', ranges: [[0, 3]] },
			{ monitor: 'B', ranges: [[2, 4]] }
		]);
		expect(pieces.map(({ text, by }) => [text, by])).toEqual([
			['ab', ['A']],
			['c', ['A', 'B']],
			['d', ['B']]
		]);
	});
});
