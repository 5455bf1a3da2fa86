import { describe, expect, it } from 'vitest';
import { answerLength, urlsIn } from './length.ts';

const caps = (length_unit: string, url_length?: number) => ({ length_unit, url_length });

describe('answerLength', () => {
	it.each([
		['chars', 'niño 👩‍👩‍👧', 10],
		['graphemes', 'niño 👩‍👩‍👧', 6],
		['utf16', 'niño 👩‍👩‍👧', 13],
		['bytes', 'niño', 5]
	])('counts in %s', (unit, text, length) => {
		expect(answerLength(text, caps(unit))).toBe(length);
	});

	it('counts each URL at the flat price of the network, long or short', () => {
		const long = `mira https://example.org/${'a'.repeat(80)} hoy`;
		expect(answerLength(long, caps('chars', 23))).toBe('mira  hoy'.length + 23);
		expect(answerLength('http://a.co', caps('chars', 23))).toBe(23);
	});

	it('leaves punctuation after a URL out of it', () => {
		expect(urlsIn('(ver https://example.org/x), ¿sí?')).toEqual(['https://example.org/x']);
	});

	it('counts a mention without its server where the network does, as the server does', () => {
		const mastodon = { ...caps('chars', 23), short_mentions: true };
		for (const [text, length] of [
			['@ana@beta.test, hola', 10],
			['(@ana@beta.test)', 6],
			['ana@beta.test', 13],
			['@ana @luis@beta.test', 10],
			['(https://example.org/a/very/long/path?x=1).', 26],
			['https://example.org/@ana@beta.test', 23]
		] as const)
			expect(answerLength(text, mastodon), text).toBe(length);
		expect(answerLength('hola', mastodon, '@ana@beta.test ')).toBe(9);
	});

	it('adds the mention that will be put in front, once', () => {
		expect(answerLength('hola', caps('chars'), '@ana@beta.test ')).toBe(19);
		expect(answerLength('@Ana@beta.test hola', caps('chars'), '@ana@beta.test ')).toBe(19);
	});
});
