/**
 * The visual builder of a monitor: a handful of lists that together say a query, and the way back from a query's text
 * to them. Texts the builder can't show (nested groups, exact words…) stay text.
 */
export interface Near {
	left: string[];
	right: string[];
	distance: number;
}

export interface Built {
	/** Every one of these must be there. */
	all: string[];
	/** At least one of each group. */
	any: string[][];
	near: Near[];
	/** None of these may be there. */
	none: string[];
	author: string[];
	lang: string[];
	channel: string[];
	followers?: number;
}

export const emptyBuilt = (): Built => ({
	all: [],
	any: [],
	near: [],
	none: [],
	author: [],
	lang: [],
	channel: []
});

const OPERATOR = /^(AND|OR|NOT|O?NEAR(\/\d+)?)$/u;
const PLAIN = /^[#@$]?[\p{L}\p{N}_*?'’.-]+$/u;

/** A word as it is, anything longer or with signs as a phrase. */
export function termText(term: string): string {
	const clean = term
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

function field(name: string, values: string[]): string {
	return `${name}:${group(values)}`;
}

/** The query's text, parts joined by AND in a fixed order. */
export function writeQuery(built: Built): string {
	const parts: string[] = useful(built.all).map(termText);
	for (const terms of built.any) if (useful(terms).length > 0) parts.push(group(terms));
	for (const near of built.near) {
		if (useful(near.left).length > 0 && useful(near.right).length > 0) {
			parts.push(`${group(near.left)} NEAR/${near.distance} ${group(near.right)}`);
		}
	}
	for (const name of ['author', 'lang', 'channel'] as const) {
		if (useful(built[name]).length > 0) parts.push(field(name, built[name]));
	}
	if (built.followers) parts.push(`followers>=${built.followers}`);
	if (useful(built.none).length > 0) parts.push(`NOT ${group(built.none)}`);
	return parts.join(' AND ');
}

type Piece =
	| { kind: 'open' | 'close' | 'and' | 'or' | 'not' }
	| { kind: 'near'; distance: number }
	| { kind: 'term'; text: string }
	| { kind: 'field'; name: string; sign: string };

const PIECES = /\s*(?:(\()|(\))|"([^"]*)"|(author|lang|channel|followers)(:|>=|>)|([^\s()"]+))/giuy;

function piecesOf(text: string): Piece[] | undefined {
	const pieces: Piece[] = [];
	PIECES.lastIndex = 0;
	const end = text.trimEnd().length;
	while (PIECES.lastIndex < end) {
		const found = PIECES.exec(text);
		if (!found) return undefined;
		const [, open, close, phrase, name, sign, word] = found;
		if (open) pieces.push({ kind: 'open' });
		else if (close) pieces.push({ kind: 'close' });
		else if (phrase !== undefined) {
			if (text[PIECES.lastIndex] === '~') return undefined;
			pieces.push({ kind: 'term', text: phrase });
		} else if (name) pieces.push({ kind: 'field', name: name.toLowerCase(), sign: sign ?? ':' });
		else if (word === 'AND') pieces.push({ kind: 'and' });
		else if (word === 'OR') pieces.push({ kind: 'or' });
		else if (word === 'NOT') pieces.push({ kind: 'not' });
		else if (word && /^NEAR\/\d+$/u.test(word)) {
			pieces.push({ kind: 'near', distance: Number(word.slice(5)) });
		} else if (word && PLAIN.test(word) && !OPERATOR.test(word)) {
			pieces.push({ kind: 'term', text: word });
		} else return undefined;
	}
	return pieces;
}

/** The lists a query's text says, or nothing when the builder has no place for it. */
export function readQuery(text: string): Built | undefined {
	const pieces = piecesOf(text);
	if (!pieces) return undefined;
	const built = emptyBuilt();
	let at = 0;

	/** One term, or several in parentheses joined by OR. */
	function terms(): string[] | undefined {
		const piece = pieces?.[at];
		if (piece?.kind === 'term') {
			at += 1;
			return [piece.text];
		}
		if (piece?.kind !== 'open') return undefined;
		at += 1;
		const list: string[] = [];
		for (;;) {
			const term = pieces?.[at];
			if (term?.kind !== 'term') return undefined;
			list.push(term.text);
			at += 1;
			const after = pieces?.[at]?.kind;
			at += 1;
			if (after === 'close') return list;
			if (after !== 'or') return undefined;
		}
	}

	while (at < pieces.length) {
		if (at > 0 && pieces[at]?.kind === 'and') at += 1;
		const piece = pieces[at];
		if (!piece) return undefined;
		if (piece.kind === 'not') {
			at += 1;
			if (pieces[at]?.kind === 'field') return undefined;
			const list = terms();
			if (!list || pieces[at]?.kind === 'near') return undefined;
			built.none.push(...list);
		} else if (piece.kind === 'field') {
			at += 1;
			const list = terms();
			if (!list) return undefined;
			if (piece.name === 'followers') {
				const number = Number(list[0]);
				if (!Number.isInteger(number) || list.length > 1 || built.followers) return undefined;
				if (piece.sign === ':') return undefined;
				built.followers = piece.sign === '>' ? number + 1 : number;
			} else {
				if (piece.sign !== ':') return undefined;
				const values = built[piece.name as 'author' | 'lang' | 'channel'];
				if (values.length > 0) return undefined;
				values.push(...list);
			}
		} else {
			const list = terms();
			if (!list) return undefined;
			const near = pieces[at];
			if (near?.kind === 'near') {
				at += 1;
				const right = terms();
				if (!right || pieces[at]?.kind === 'near') return undefined;
				built.near.push({ left: list, right, distance: near.distance });
			} else if (list.length > 1) built.any.push(list);
			else built.all.push(...list);
		}
		if (pieces[at]?.kind === 'or' || pieces[at]?.kind === 'close') return undefined;
	}
	return built;
}
