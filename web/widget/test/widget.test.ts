/** The parts that need no browser, and what the built file may weigh. The widget itself is tested in `e2e/`. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inOrder, newId } from '../src/chat';
import { inkOn } from '../src/dom';
import { Refused, uploadProblem } from '../src/net';
import { EventReader } from '../src/sse';
import { catalogues, chooseLang, speaker } from '../src/texts';

describe('the built file', () => {
	const built = readFileSync(new URL('../dist/widget.js', import.meta.url));

	it('stays under 30 kB compressed', () => {
		expect(gzipSync(built).length).toBeLessThan(30_000);
	});

	it('never makes markup from text', () => {
		expect(built.toString()).not.toMatch(
			/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/
		);
	});

	it('leaves nothing to a module loader', () => {
		expect(built.toString()).not.toMatch(/\bimport\s*[({"']|\bexport\s/);
	});
});

describe('reading events', () => {
	const stream =
		'event: message\r\ndata: {"a":1}\r\n\r\n: breath\n\nevent:typing\ndata: {}\n\ndata: one\ndata: two\n\n';
	const events = [
		{ event: 'message', data: '{"a":1}' },
		{ event: 'typing', data: '{}' },
		{ event: 'message', data: 'one\ntwo' }
	];

	it('finds the same events wherever the stream is cut', () => {
		for (let first = 0; first <= stream.length; first++) {
			for (let second = first; second <= stream.length; second += 7) {
				const reader = new EventReader();
				const pieces = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)];
				expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(events);
			}
		}
	});

	it('keeps an unfinished event to itself', () => {
		expect(new EventReader().push('event: message\ndata: {"a":1}\n')).toEqual([]);
	});
});

it.each([
	[new Refused(413, 'http_413', 0), 'tooLarge'],
	[new Refused(422, 'too_large', 0), 'tooLarge'],
	[new Refused(429, 'rate_limited', 600), 'uploadWait'],
	[new Refused(422, 'required', 0), 'uploadRefused'],
	[new Refused(503, 'http_503', 0), 'uploadFailed'],
	[new TypeError('no line'), 'uploadFailed'],
	[new DOMException('late', 'TimeoutError'), 'uploadSlow']
])('a file that can not be uploaded says why: %s', (error, words) => {
	expect(uploadProblem(error)).toBe(words);
});

describe('languages', () => {
	it('says everything in each, with the same values', () => {
		const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
		for (const lang of ['en', 'pt'] as const) {
			expect(Object.keys(catalogues[lang])).toEqual(Object.keys(catalogues.es));
			for (const [key, text] of Object.entries(catalogues[lang])) {
				expect(text).not.toBe('');
				expect(values(text)).toEqual(values(catalogues.es[key as keyof typeof catalogues.es]));
			}
		}
	});

	it('takes the first wish it can fulfil', () => {
		expect(chooseLang([undefined, 'fr-FR', 'pt-BR', 'en'])).toBe('pt');
		expect(chooseLang([null, '', 'de'])).toBe('es');
	});

	it('puts values in as they are', () => {
		expect(speaker('en')('remove', { name: '$& {name}' })).toBe('Remove $& {name}');
	});
});

describe('small things', () => {
	it('chooses readable ink', () => {
		expect(inkOn('#C2552D')).toBe('#ffffff');
		expect(inkOn('#ffd400')).toBe('#1b1815');
		expect(inkOn('red;position:fixed')).toBeNull();
	});

	it('makes ids, also without a secure context', () => {
		const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
		const randomUUID = crypto.randomUUID;
		expect(newId()).toMatch(shape);
		try {
			Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
			expect(newId()).toMatch(shape);
			expect(newId()).not.toBe(newId());
		} finally {
			Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
		}
	});

	it('orders by time, then id', () => {
		const at = (id: string, time: string) => ({
			id,
			at: time,
			from: 'agent' as const,
			name: null,
			text: '',
			files: []
		});
		const list = [
			at('b', '2026-01-01T00:00:01.000Z'),
			at('c', '2026-01-01T00:00:00.000Z'),
			at('a', '2026-01-01T00:00:01.000Z')
		];
		expect(list.sort(inOrder).map((message) => message.id)).toEqual(['c', 'a', 'b']);
	});
});
