import { describe, expect, it } from 'vitest';
import { emptyBuilt, readQuery, termText, writeQuery, type Built } from './builder.ts';

const built = (part: Partial<Built>): Built => ({ ...emptyBuilt(), ...part });

describe('writeQuery', () => {
	it('joins every part with AND and groups alternatives', () => {
		expect(
			writeQuery(
				built({
					all: ['mirasol'],
					any: [['demora*', 'se canceló']],
					near: [{ left: ['maleta'], right: ['perdida', 'rota'], distance: 5 }],
					none: ['receta*'],
					lang: ['es'],
					channel: ['Correo de ayuda', 'chat'],
					followers: 1000
				})
			)
		).toBe(
			'mirasol AND (demora* OR "se canceló") AND maleta NEAR/5 (perdida OR rota) AND lang:es' +
				' AND channel:("Correo de ayuda" OR chat) AND followers>=1000 AND NOT receta*'
		);
	});

	it('leaves empty lists out', () => {
		expect(writeQuery(built({ any: [[], [' ']], none: [''] }))).toBe('');
	});

	it.each([
		['AND', '"AND"'],
		['-no', '"-no"'],
		['di "hola"', '"di hola"'],
		['#Mirasol', '#Mirasol'],
		['me quiero ir', '"me quiero ir"']
	])('writes the term %s as %s', (term, text) => {
		expect(termText(term)).toBe(text);
	});
});

describe('readQuery', () => {
	it('reads back everything the builder writes', () => {
		const samples: Built[] = [
			built({ all: ['mirasol', 'me quiero ir'] }),
			built({
				any: [
					['a', 'b'],
					['c', 'd e']
				],
				none: ['x', 'y z']
			}),
			built({
				all: ['#Mirasol'],
				near: [
					{ left: ['a', 'b'], right: ['c'], distance: 3 },
					{ left: ['vuelo*'], right: ['tarde', 'hoy no'], distance: 0 }
				]
			}),
			built({
				all: ['x'],
				author: ['ana'],
				lang: ['es', 'pt'],
				channel: ['Mi canal'],
				followers: 5
			})
		];
		for (const sample of samples) expect(readQuery(writeQuery(sample))).toEqual(sample);
	});

	it('reads what people write: implicit AND, > for followers', () => {
		expect(readQuery('mirasol demora followers>999')).toEqual(
			built({ all: ['mirasol', 'demora'], followers: 1000 })
		);
	});

	it.each([
		'a OR b',
		'a AND (b AND c)',
		'(a OR (b c))',
		'{Exacto}',
		'"a b"~3',
		'NOT lang:es',
		'a ONEAR/3 b',
		'a NEAR/2 b NEAR/2 c',
		'(a OR b',
		'lang:es lang:pt',
		'NOT'
	])('leaves %s to the text', (text) => {
		expect(readQuery(text)).toBeUndefined();
	});
});
