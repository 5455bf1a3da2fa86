import type { Monitor } from '@tertulia/api-client';
import { describe, expect, it } from 'vitest';
import { foldersOf, sift, treeRows } from './tree.ts';

const monitor = (name: string, folder: string, more: Partial<Monitor> = {}): Monitor => ({
	id: name,
	number: 1,
	name,
	query: 'mirasol',
	reading: { es: '', en: '' },
	enabled: true,
	matched_day: 10,
	folder,
	owner: null,
	version: 1,
	history: null,
	created_at: '',
	updated_at: '',
	...more
});

const some = [
	monitor('Zapatos', ''),
	monitor('Demoras', 'Marca/Vuelos'),
	monitor('Ánimo', 'Marca'),
	monitor('Baños', 'Marca'),
	monitor('Rival', 'Competencia')
];

/** The rows as a person reads them: two blanks a level, folders with what is in them. */
const drawn = (closed: string[] = []) =>
	treeRows(some, closed, 'es').map((row) =>
		row.kind === 'folder'
			? `${'  '.repeat(row.depth)}${row.open ? '▾' : '▸'} ${row.name} ${row.monitors}/${row.day}`
			: `${'  '.repeat(row.depth)}${row.monitor.name}`
	);

describe('treeRows', () => {
	it('puts folders before monitors and both in the order of the language', () => {
		expect(drawn()).toEqual([
			'▾ Competencia 1/10',
			'  Rival',
			'▾ Marca 3/30',
			'  ▾ Vuelos 1/10',
			'    Demoras',
			'  Ánimo',
			'  Baños',
			'Zapatos'
		]);
	});

	it('hides what a closed folder holds and still counts it', () => {
		expect(drawn(['Marca'])).toEqual(['▾ Competencia 1/10', '  Rival', '▸ Marca 3/30', 'Zapatos']);
	});
});

describe('foldersOf', () => {
	it('names the folders above too, once', () => {
		expect(foldersOf([...some, monitor('x', 'A/B/C')])).toEqual([
			'A',
			'A/B',
			'A/B/C',
			'Competencia',
			'Marca',
			'Marca/Vuelos'
		]);
	});
});

describe('sift', () => {
	it('looks in name, query, folder and owner, without accents', () => {
		const owned = monitor('X', '', { owner: { id: 'u1', name: 'Inés' }, query: 'canción' });
		const all = [...some, owned];
		expect(sift(all, 'animo', '').map((one) => one.name)).toEqual(['Ánimo']);
		expect(sift(all, 'vuelos demoras', '').map((one) => one.name)).toEqual(['Demoras']);
		expect(sift(all, 'ines cancion', '')).toEqual([owned]);
		expect(sift(all, '', 'u1')).toEqual([owned]);
		expect(sift(all, 'ninguno', '')).toEqual([]);
	});
});
