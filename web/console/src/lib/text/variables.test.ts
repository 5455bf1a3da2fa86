import { expect, it } from 'vitest';
import { fillVariables, openVariables } from './variables.ts';

it('fills what is known and leaves the rest to be seen', () => {
	const text = fillVariables('Hola, {{person.first_name}}: caso {{ case.number }}, {{otro}}', {
		'person.first_name': 'Ana',
		'case.number': '12'
	});
	expect(text).toBe('Hola, Ana: caso 12, {{otro}}');
	expect(openVariables(text)).toEqual(['otro']);
});
