import type { Caps } from '@tertulia/api-client';

const URL_PATTERN = /\bhttps?:\/\/[^\s<>"'`]+/giu;

/** `@name@host` where a mention may begin; what the network counts of it is `@name`. */
const FULL_MENTION = /(?<![\p{L}\p{N}_/])(@[\p{L}\p{N}_.-]+)@[\p{L}\p{N}_.-]*[\p{L}\p{N}]/gu;

type Counting = Pick<Caps, 'length_unit' | 'url_length'> & Partial<Pick<Caps, 'short_mentions'>>;

let graphemes: Intl.Segmenter | undefined;

function count(text: string, unit: string): number {
	switch (unit) {
		case 'graphemes': {
			graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
			return [...graphemes.segment(text)].length;
		}
		case 'bytes':
			return new TextEncoder().encode(text).length;
		case 'utf16':
			return text.length;
		default:
			return [...text].length;
	}
}

/** URLs in a text without the punctuation that only ends the sentence. */
export function urlsIn(text: string): string[] {
	return (text.match(URL_PATTERN) ?? []).map((url) => url.replace(/[.,;:!?)\]]+$/u, ''));
}

/**
 * Length of an answer as its network counts it: in the network's unit, each URL at the network's flat price, mentions
 * without their server where it does so, and the mention that will stand in front of it unless the text already carries it.
 */
export function answerLength(text: string, caps: Counting, mention?: string | null): number {
	const missing =
		mention && !text.toLowerCase().includes(mention.trim().toLowerCase()) ? mention : '';
	const whole = missing + text;
	let length = count(
		caps.short_mentions ? whole.replace(FULL_MENTION, '$1') : whole,
		caps.length_unit
	);
	if (caps.url_length) {
		for (const url of urlsIn(whole)) length += caps.url_length - count(url, caps.length_unit);
	}
	return length;
}
