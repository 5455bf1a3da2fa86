import { describe, expect, it } from 'vitest';
import {
	emptyBuilt,
	NUMBER_FIELDS,
	termText,
	VALUE_FIELDS,
	writeQuery,
	type Built
} from './builder.ts';
import { excluding } from './exclude.ts';
import { fieldName, fieldValues } from './fieldWords.ts';
import { readQuery } from './readBuilt.ts';

const built = (part: Partial<Built>): Built => ({ ...emptyBuilt(), ...part });

describe('writeQuery', () => {
	it('joins every part with AND and groups alternatives', () => {
		expect(
			writeQuery(
				built({
					all: ['mirasol'],
					any: [['demora*', 'se canceló']],
					pairs: [{ kind: 'near', left: ['maleta'], right: ['perdida', 'rota'], distance: 5 }],
					none: ['receta*'],
					tests: [
						{ field: 'lang', values: ['es'] },
						{ field: 'channel', values: ['Correo de ayuda', 'chat'] },
						{ field: 'followers', sign: '>=', values: ['1000'] }
					]
				})
			)
		).toBe(
			'mirasol AND (demora* OR "se canceló") AND maleta NEAR/5 (perdida OR rota) AND lang:es' +
				' AND channel:("Correo de ayuda" OR chat) AND followers>=1000 AND NOT receta*'
		);
	});

	it('writes every operator of the language', () => {
		expect(
			writeQuery(
				built({
					pairs: [
						{ kind: 'onear', left: ['no'], right: ['llega*'], distance: 2 },
						{ kind: 'sentence', left: ['vuelo'], right: ['tarde'], distance: 9 },
						{ kind: 'except', left: ['apple'], right: ['apple juice'], distance: 9 }
					],
					counts: [
						{ kind: 'of', least: 2, terms: ['maleta', 'vuelo', 'mal servicio'] },
						{ kind: 'times', least: 3, terms: ['iberia'] },
						{ kind: 'times', least: 2, terms: ['a1', 'b2'] }
					],
					all: ['list:competidores', '{Año}', '"mala experiencia"~3']
				})
			)
		).toBe(
			'list:competidores AND {Año} AND "mala experiencia"~3 AND no ONEAR/2 llega* AND vuelo SENTENCE tarde' +
				' AND apple EXCEPT "apple juice" AND 2 OF (maleta, vuelo, "mal servicio") AND ATLEAST/3 iberia' +
				' AND ATLEAST/2 (a1 OR b2)'
		);
	});

	it('leaves what is empty out', () => {
		expect(
			writeQuery(
				built({
					any: [[], [' ']],
					none: [''],
					counts: [{ kind: 'of', least: 2, terms: [' '] }],
					pairs: [{ kind: 'near', left: ['a'], right: [], distance: 3 }],
					tests: [
						{ field: 'lang', values: [] },
						{ field: 'followers', sign: '>=', values: [''] }
					]
				})
			)
		).toBe('');
	});

	it.each([
		['AND', '"AND"'],
		['SENTENCE', '"SENTENCE"'],
		['-no', '"-no"'],
		['di "hola"', '"di hola"'],
		['#Mirasol', '#Mirasol'],
		['me quiero ir', '"me quiero ir"'],
		['list:marcas', 'list:marcas'],
		['lang:es', '"lang:es"']
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
				all: ['#Mirasol', '{Año Nuevo}', '"a b"~3', 'list:marcas'],
				pairs: [
					{ kind: 'near', left: ['a', 'b'], right: ['c'], distance: 3 },
					{ kind: 'onear', left: ['vuelo*'], right: ['tarde', 'hoy no'], distance: 0 },
					{ kind: 'sentence', left: ['list:marcas'], right: ['mal'], distance: 0 },
					{ kind: 'except', left: ['mirasol'], right: ['flor de mirasol'], distance: 0 }
				],
				counts: [
					{ kind: 'of', least: 2, terms: ['a', 'b c', 'd*'] },
					{ kind: 'times', least: 3, terms: ['iberia', 'ib'] }
				]
			}),
			built({
				all: ['x', '2', '24'],
				tests: [
					{ field: 'author', values: ['ana'] },
					{ field: 'lang', values: ['es', 'pt'] },
					{ field: 'channel', values: ['Mi canal'] },
					{ field: 'followers', sign: '>=', values: ['5'] },
					{ field: 'has', values: ['link', 'emoji'] },
					{ field: 'is', values: ['reply'] },
					{ field: 'site', values: ['blog.example/uno'] },
					{ field: 'link', values: ['tienda.example'] },
					{ field: 'to', values: ['ana'] },
					{ field: 'country', values: ['mx', 'co'] },
					{ field: 'likes', sign: '<', values: ['9'] },
					{ field: 'replies', sign: '=', values: ['0'] }
				]
			})
		];
		for (const sample of samples) expect(readQuery(writeQuery(sample))).toEqual(sample);
	});

	it('reads what people write: implicit AND, a minus, blanks', () => {
		expect(readQuery('mirasol demora -receta followers > 999')).toEqual(
			built({
				all: ['mirasol', 'demora'],
				none: ['receta'],
				tests: [{ field: 'followers', sign: '>', values: ['999'] }]
			})
		);
		expect(readQuery('x -(a OR b) -"c d"')?.none).toEqual(['a', 'b', 'c d']);
		expect(readQuery('no NEAR/3f llega')?.pairs[0]?.kind).toBe('onear');
	});

	it.each([
		'a OR b',
		'a AND (b AND c)',
		'(a OR (b c))',
		'NOT lang:es',
		'a NEAR/2 b NEAR/2 c',
		'a SENTENCE NOT b',
		'(a OR b',
		'2 OF (a OR b)',
		'2 OF a',
		'2 OF (a, b) NEAR/3 c',
		'a, b',
		'OF',
		'{Exacto',
		'"a b"~',
		'unknown:es',
		'in:title demora',
		'followers:10..20',
		'crm:color:azul',
		'crm:tier:oro',
		'tag:urgente',
		'age<9',
		'followers:1',
		'a - b',
		'--a',
		'NOT'
	])('leaves %s to the text', (text) => {
		expect(readQuery(text)).toBeUndefined();
	});
});

describe('excluding', () => {
	it('adds to the exclusions there are, once', () => {
		expect(excluding('mirasol -receta', 'girasol', '')).toBe('mirasol AND NOT (receta OR girasol)');
		expect(excluding('mirasol -receta', 'receta', '')).toBe('mirasol AND NOT receta');
	});

	it('takes what the server says for what the builder has no place for', () => {
		const otherwise = '(a OR (b c)) AND NOT promo';
		expect(excluding('a OR (b c)', 'promo', otherwise)).toBe(otherwise);
	});
});

it('the builder offers what channels fill, each by its name', () => {
	const offered: string[] = [...VALUE_FIELDS, ...NUMBER_FIELDS];
	expect(offered.filter((field) => fieldName(field) === field)).toEqual([]);
	expect(fieldValues('has')).toEqual(['link', 'image', 'video', 'emoji', 'question']);
	expect(fieldValues('is')).toEqual(['reply']);
});
