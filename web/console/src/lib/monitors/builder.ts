/**
 * The visual builder of a monitor: a handful of lists that together say a query, and the way back from a query's text
 * to them (`readBuilt.ts`). Texts the builder can't show (nested groups, alternatives of whole parts…) stay text.
 */

/** How the two sides of a pair stand to each other. */
export type PairKind = 'near' | 'onear' | 'sentence' | 'except';

export interface Pair {
	kind: PairKind;
	left: string[];
	right: string[];
	/** Words between the sides at most; only `near` and `onear` have it. */
	distance: number;
}

/** `of`: so many different terms. `times`: one of the terms, so many times. */
export interface Counted {
	kind: 'of' | 'times';
	least: number;
	terms: string[];
}

export const SIGNS = ['>=', '>', '<=', '<', '='] as const;
export type Sign = (typeof SIGNS)[number];

/** One thing known about the post: values of which one has to be so, or a number compared. */
export interface Test {
	field: string;
	/** Set for fields that are numbers; then `values` holds the number. */
	sign?: Sign;
	values: string[];
}

export interface Built {
	/** Every one of these must be there. */
	all: string[];
	/** At least one of each group. */
	any: string[][];
	pairs: Pair[];
	counts: Counted[];
	/** None of these may be there. */
	none: string[];
	tests: Test[];
}

export const emptyBuilt = (): Built => ({
	all: [],
	any: [],
	pairs: [],
	counts: [],
	none: [],
	tests: []
});

/**
 * Fields with values to choose or write, and those that are numbers, in the order the builder offers them: those that
 * some channel fills. The language knows more; queries with them stay text.
 */
export const VALUE_FIELDS = [
	'lang',
	'channel',
	'author',
	'to',
	'country',
	'site',
	'link',
	'has',
	'is'
] as const;
export const NUMBER_FIELDS = ['followers', 'likes', 'shares', 'replies'] as const;

export const isNumberField = (field: string): boolean =>
	(NUMBER_FIELDS as readonly string[]).includes(field);
export const isField = (field: string): boolean =>
	isNumberField(field) || (VALUE_FIELDS as readonly string[]).includes(field);

export const OPERATOR = /^(AND|OR|NOT|OF|SENTENCE|EXCEPT|(O?NEAR|ATLEAST)(\/\d+f?)?)$/u;
/** One word with its sign, or the name of a shared list. */
export const PLAIN = /^(list:)?[#@$]?[\p{L}\p{N}_*?'’.-]+$/u;
/** Forms that only the language's own signs can say; they are terms as they stand. */
export const VERBATIM = /^(\{[^{}]+\}|"[^"]+"~\d+|list:"[^"]+")$/u;

/** A word as it is, anything longer or with signs as a phrase. */
export function termText(term: string): string {
	const whole = term.trim();
	if (VERBATIM.test(whole)) return whole;
	const clean = whole
		.replaceAll(/["“”«»]/gu, ' ')
		.replace(/\s+/gu, ' ')
		.trim();
	return PLAIN.test(clean) && !OPERATOR.test(clean) && !clean.startsWith('-')
		? clean
		: `"${clean}"`;
}

const useful = (terms: string[]) => terms.map((term) => term.trim()).filter(Boolean);

function group(terms: string[]): string {
	const texts = useful(terms).map(termText);
	return texts.length === 1 ? (texts[0] as string) : `(${texts.join(' OR ')})`;
}

/** A value of a field, in quotation marks unless it is one plain word. */
function valueText(value: string): string {
	const clean = value.replaceAll(/["“”«»]/gu, ' ').trim();
	return /^[\p{L}\p{N}_.-]+$/u.test(clean) && !OPERATOR.test(clean) ? clean : `"${clean}"`;
}

function testText({ field, sign, values }: Test): string {
	const texts = useful(values);
	if (texts.length === 0) return '';
	if (sign) return /^\d+$/u.test(texts[0] as string) ? `${field}${sign}${texts[0]}` : '';
	const written = texts.map(valueText);
	return `${field}:${written.length === 1 ? written[0] : `(${written.join(' OR ')})`}`;
}

const pairWords = ({ kind, distance }: Pair): string =>
	kind === 'near' || kind === 'onear' ? `${kind.toUpperCase()}/${distance}` : kind.toUpperCase();

function countedText({ kind, least, terms }: Counted): string {
	const texts = useful(terms);
	if (texts.length === 0) return '';
	if (kind === 'times') return `ATLEAST/${least} ${group(texts)}`;
	return `${least} OF (${texts.map(termText).join(', ')})`;
}

/** The query's text, parts joined by AND in a fixed order. */
export function writeQuery(built: Built): string {
	const parts: string[] = useful(built.all).map(termText);
	for (const terms of built.any) if (useful(terms).length > 0) parts.push(group(terms));
	for (const pair of built.pairs) {
		if (useful(pair.left).length > 0 && useful(pair.right).length > 0) {
			parts.push(`${group(pair.left)} ${pairWords(pair)} ${group(pair.right)}`);
		}
	}
	parts.push(...built.counts.map(countedText), ...built.tests.map(testText));
	if (useful(built.none).length > 0) parts.push(`NOT ${group(built.none)}`);
	return parts.filter(Boolean).join(' AND ');
}
