import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, type CaseRow, type PersonDetail } from '@tertulia/api-client';
import { PersonCases } from '$lib/people/personCases.ts';
import { KeysetList, rowPage } from './keyset.svelte.ts';

interface Row {
	id: string;
	text?: string;
}
const rows = (from: number, to: number): Row[] =>
	Array.from({ length: from - to }, (_, step) => ({ id: String(from - step) }));
const ids = (list: KeysetList<Row>) => list.items.map((row) => Number(row.id));

/** A server whose pages have three rows, newest first, whatever is asked. */
function listOf(kept: { rows: Row[] }): KeysetList<Row> {
	return new KeysetList<Row>((after) => {
		const from = after ? kept.rows.findIndex((row) => row.id === after) + 1 : 0;
		return Promise.resolve(rowPage(kept.rows.slice(from, from + 3), 3));
	}, 3);
}

describe('a list in pages', () => {
	it('goes on after its last row until a page is not full', async () => {
		const list = listOf({ rows: rows(7, 0) });
		await list.restart();
		await list.more();
		expect([ids(list).length, list.complete]).toEqual([6, false]);
		await list.more();
		expect([ids(list), list.complete]).toEqual([[7, 6, 5, 4, 3, 2, 1], true]);
	});

	it('renews its head and keeps what follows it, without a gap', async () => {
		const kept = { rows: rows(7, 0) };
		const list = listOf(kept);
		await list.restart();
		await list.more();
		kept.rows = [{ id: '8' }, { id: '7', text: 'changed' }, ...rows(6, 0)];
		await list.refresh();
		expect(ids(list)).toEqual([8, 7, 6, 5, 4, 3, 2]);
		expect(list.items[1]?.text).toBe('changed');
		await list.more();
		expect([ids(list), list.complete]).toEqual([[8, 7, 6, 5, 4, 3, 2, 1], true]);

		kept.rows = rows(20, 0);
		await list.refresh();
		expect(ids(list)).toEqual([20, 19, 18]);
		await list.more();
		expect(ids(list)).toEqual([20, 19, 18, 17, 16, 15]);
	});

	it('fetches again what changed while its first page was on its way', async () => {
		const answers = [rows(1, 0), rows(2, 0)];
		const list = new KeysetList<Row>(() => Promise.resolve({ items: answers.shift() ?? [] }));
		const first = list.restart();
		await list.refresh();
		await first;
		expect([ids(list), answers.length]).toEqual([[2, 1], 0]);
	});

	it('keeps its rows and the words of the server while a search is half typed', async () => {
		const words = 'AND needs something after it.';
		const fields = [{ field: 'query', code: 'invalid_query', message: words }];
		let answer: () => Promise<{ items: Row[] }> = () => Promise.resolve({ items: rows(2, 0) });
		const list = new KeysetList<Row>(() => answer());
		await list.restart();
		const wrong = { code: 'invalid_query', status: 422, title: 'Not understood', fields };
		answer = () => Promise.reject(new ApiProblem(wrong));
		await list.restart();
		expect([ids(list), list.misread, list.complete]).toEqual([[2, 1], words, true]);
		answer = () => Promise.resolve({ items: rows(1, 0) });
		const again = list.restart();
		expect(list.misread).toBe(words);
		await again;
		expect([ids(list), list.misread]).toEqual([[1], undefined]);
		answer = () => Promise.reject(new Error('cut'));
		await list.restart();
		expect([ids(list), list.misread]).toEqual([[], undefined]);
	});

	it('says when a page could not be fetched, and can be asked again', async () => {
		let cut = true;
		const list = new KeysetList<Row>(() => {
			if (cut) return Promise.reject(new Error('cut'));
			return Promise.resolve({ items: rows(2, 0) });
		});
		list.begin(rows(4, 2), '3');
		await list.more();
		expect(list.error).toBeInstanceOf(Error);
		cut = false;
		await list.more();
		expect([ids(list), list.error, list.complete]).toEqual([[4, 3, 2, 1], undefined, true]);
	});
});

describe("a person's cases", () => {
	afterEach(() => vi.unstubAllGlobals());
	const person = (cases: Row[]) => ({ id: 'marta', cases }) as unknown as PersonDetail;

	it('are all there when fewer came than a person brings', () => {
		const cases = new PersonCases();
		cases.of(person(rows(9, 0)));
		expect([cases.items.length, cases.complete]).toEqual([9, true]);
	});

	it('go on where those that came with the person end', async () => {
		const asked: string[] = [];
		const pages = [
			{ items: rows(150, 50) as CaseRow[], next: '51' },
			{ items: rows(50, 0) as CaseRow[], next: null }
		];
		vi.stubGlobal('fetch', (path: string) => {
			asked.push(path.replace(/^.*\/people/u, ''));
			return Promise.resolve(Response.json(pages.shift()));
		});
		vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
		const cases = new PersonCases();
		cases.of(person(rows(150, 100)));
		await cases.more();
		expect([cases.items.length, cases.complete]).toEqual([100, false]);
		await cases.more();
		expect([cases.items.length, cases.complete]).toEqual([150, true]);
		expect(asked).toEqual(['/marta/cases?limit=100', '/marta/cases?limit=100&after=51']);
	});
});
