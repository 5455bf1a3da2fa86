import { describe, expect, it } from 'vitest';
import { begunName, withList } from './naming.ts';

describe('names of lists', () => {
	it('are begun by list: at the caret, and nowhere else', () => {
		expect(begunName('iberia list:ma', 14)).toEqual({ at: 7, letters: 'ma' });
		expect(begunName('LIST:"mar', 9)).toEqual({ at: 0, letters: 'mar' });
		expect(begunName('list:marcas y', 13)).toBeUndefined();
		expect(begunName('enlist:ma', 9)).toBeUndefined();
		expect(begunName('iberia list:ma', 6)).toBeUndefined();
	});

	it('go where one was begun, or where the caret is', () => {
		expect(withList('iberia list:ma OR x', 14, 'list:marcas')).toEqual({
			query: 'iberia list:marcas OR x',
			caret: 18
		});
		expect(withList('iberia', 6, 'list:marcas').query).toBe('iberia list:marcas');
		expect(withList('(', 1, 'list:marcas').query).toBe('(list:marcas');
	});
});
