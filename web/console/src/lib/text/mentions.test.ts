import { describe, expect, it } from 'vitest';
import { readNote, storeNote, triggerAt } from './mentions.ts';

const ana = { id: '01920000-0000-7000-8000-000000000001', name: 'Ana' };
const anaRuiz = { id: '01920000-0000-7000-8000-000000000002', name: 'Ana Ruiz' };

describe('notes', () => {
	it('stores the longest name that was typed and reads it back', () => {
		const stored = storeNote('¿Lo ves, @Ana Ruiz? @Ana ya sabe', [ana, anaRuiz]);
		expect(stored).toBe(`¿Lo ves, @[Ana Ruiz](${anaRuiz.id})? @[Ana](${ana.id}) ya sabe`);
		expect(readNote(stored).filter((piece) => piece.userId)).toEqual([
			{ text: '@Ana Ruiz', userId: anaRuiz.id },
			{ text: '@Ana', userId: ana.id }
		]);
	});

	it('leaves addresses and unknown names alone', () => {
		expect(storeNote('escribe a hola@Anabel.test o a @Anabel', [ana])).toBe(
			'escribe a hola@Anabel.test o a @Anabel'
		);
	});

	it('reads text without mentions as it is', () => {
		expect(readNote('<b>hola</b> @[x](no)')).toEqual([{ text: '<b>hola</b> @[x](no)' }]);
	});
});

describe('triggerAt', () => {
	it('finds what is typed after the sign at the start of a word', () => {
		expect(triggerAt('hola @an', 8, '@')).toEqual({ start: 5, typed: 'an' });
		expect(triggerAt(':', 1, ':')).toEqual({ start: 0, typed: '' });
	});

	it('is silent inside words, times and finished lines', () => {
		expect(triggerAt('son las 10:30', 13, ':')).toBeUndefined();
		expect(triggerAt('ana@beta', 8, '@')).toBeUndefined();
		expect(triggerAt(':hola\nya', 8, ':')).toBeUndefined();
		expect(triggerAt('mira : esto', 11, ':')).toBeUndefined();
	});
});
