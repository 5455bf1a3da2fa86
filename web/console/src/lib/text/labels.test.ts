import { afterEach, describe, expect, it } from 'vitest';
import { preferences } from '$lib/state/preferences.svelte.ts';
import { inWords } from './bilingual.ts';
import { personKindName, personKinds, reasonName } from './labels.ts';
import { explain } from './why.ts';

afterEach(() => preferences.setLocale('es'));

describe('codes of the server', () => {
	it('say why a case is here', () => {
		expect(['by_hand', 'addressed', 'Entregas'].map(reasonName)).toEqual([
			'Abierto a mano',
			'Nos escribió',
			'Entregas'
		]);
	});

	it('say what became of a post in a case', () => {
		const course = (course: string) => explain({ course })[0]?.value;
		expect(course('joined')).toBe('se sumó al caso, que sigue como estaba');
		for (const known of ['opened', 'extended', 'reopened']) expect(course(known)).not.toBe(known);
	});

	it('name every kind of person', () => {
		expect(personKinds).toContain('activist');
		for (const kind of personKinds) expect(personKindName(kind)).not.toBe(kind);
	});
});

it('a text in both languages is read in one, the words of a network as they are', () => {
	expect(inWords({ es: 'sondeo', en: 'polling' })).toBe('sondeo');
	preferences.setLocale('en');
	expect(inWords({ es: 'sondeo', en: 'polling' })).toBe('polling');
	expect(inWords('550 no such user')).toBe('550 no such user');
});
