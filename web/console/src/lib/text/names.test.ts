import { expect, it } from 'vitest';
import { finds } from './fold.ts';
import { firstNameOf, hueOf, initialsOf } from './names.ts';

it('draws a person with first and last initial', () => {
	expect(initialsOf('Ana Lucía Flores')).toBe('AF');
	expect(initialsOf('🌻 mirasol')).toBe('M');
	expect(initialsOf('')).toBe('?');
	expect(firstNameOf(' Ana Lucía')).toBe('Ana');
	expect(hueOf('Ana')).toBe(hueOf('Ana'));
});

it('finds names by the beginnings of words, accents aside', () => {
	expect(finds('Rocío Quispe', 'qui roc')).toBe(true);
	expect(finds('Rocío Quispe', 'ocío')).toBe(false);
});
