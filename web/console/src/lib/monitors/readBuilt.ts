/** The way back from a query's text to the builder's lists, for every text the builder could have written. */
import {
	emptyBuilt,
	isField,
	isNumberField,
	OPERATOR,
	PLAIN,
	VERBATIM,
	type Built,
	type Pair,
	type Sign
} from './builder.ts';

type Piece =
	| { kind: 'open' | 'close' | 'comma' | 'and' | 'or' | 'not' | 'of' }
	| { kind: 'pair'; pair: Pair['kind']; distance: number }
	| { kind: 'times'; least: number }
	| { kind: 'term'; text: string; quoted: boolean }
	| { kind: 'field'; name: string; sign: Sign | ':' };

const PIECES =
	/\s*(?:(\()|(\))|(,)|("[^"]*"(?:~\d+)?|\{[^{}]*\}|list:"[^"]*")|(crm:[a-z]+|[a-z]+)\s*(:|>=|<=|>|<|=)|([^\s()",{}]+))/giuy;

const SIMPLE: Record<string, Piece> = {
	AND: { kind: 'and' },
	OR: { kind: 'or' },
	NOT: { kind: 'not' },
	OF: { kind: 'of' },
	SENTENCE: { kind: 'pair', pair: 'sentence', distance: 0 },
	EXCEPT: { kind: 'pair', pair: 'except', distance: 0 }
};

function wordPiece(word: string): Piece | undefined {
	const simple = SIMPLE[word];
	if (simple) return simple;
	const near = /^(O?)NEAR\/(\d+)(f?)$/u.exec(word);
	if (near) {
		if (near[1] && near[3]) return undefined;
		const ordered = near[1] || near[3];
		return { kind: 'pair', pair: ordered ? 'onear' : 'near', distance: Number(near[2]) };
	}
	const times = /^ATLEAST\/(\d+)$/u.exec(word);
	if (times) return { kind: 'times', least: Number(times[1]) };
	if (!PLAIN.test(word) || OPERATOR.test(word)) return undefined;
	return { kind: 'term', text: word, quoted: false };
}

function piecesOf(text: string): Piece[] | undefined {
	const pieces: Piece[] = [];
	const end = text.trimEnd().length;
	PIECES.lastIndex = 0;
	while (PIECES.lastIndex < end) {
		const from = PIECES.lastIndex;
		const found = PIECES.exec(text);
		if (!found) return undefined;
		const [, open, close, comma, literal, name, sign, word] = found;
		if (open) pieces.push({ kind: 'open' });
		else if (close) pieces.push({ kind: 'close' });
		else if (comma) pieces.push({ kind: 'comma' });
		else if (literal) {
			const plain = /^"([^"]*)"$/u.exec(literal);
			if (!plain && !VERBATIM.test(literal)) return undefined;
			pieces.push({ kind: 'term', text: plain?.[1] ?? literal, quoted: true });
		} else if (name && name.toLowerCase() === 'list') {
			// A list is a word of its own kind: the whole of it is read again as one.
			const whole = /^\s*(list:[\p{L}\p{N}_.-]+)/iu.exec(text.slice(from));
			if (!whole?.[1]) return undefined;
			PIECES.lastIndex = from + whole[0].length;
			pieces.push({ kind: 'term', text: whole[1], quoted: false });
		} else if (name) {
			if (!isField(name.toLowerCase())) return undefined;
			pieces.push({ kind: 'field', name: name.toLowerCase(), sign: sign as Sign | ':' });
		} else if (word) {
			const denied = word.startsWith('-');
			if (denied) pieces.push({ kind: 'not' });
			if (word === '-') {
				if (!/[("{]/u.test(text[PIECES.lastIndex] ?? '')) return undefined;
				continue;
			}
			const piece = wordPiece(denied ? word.slice(1) : word);
			if (!piece || (denied && (piece.kind !== 'term' || piece.text.startsWith('-'))))
				return undefined;
			pieces.push(piece);
		}
	}
	return pieces;
}

/** Walks over the pieces of a query. */
class Reader {
	#at = 0;
	constructor(private readonly pieces: Piece[]) {}

	get next(): Piece | undefined {
		return this.pieces[this.#at];
	}
	is(...kinds: Piece['kind'][]): boolean {
		return this.next !== undefined && kinds.includes(this.next.kind);
	}
	get afterNext(): Piece['kind'] | undefined {
		return this.pieces[this.#at + 1]?.kind;
	}
	skip(): void {
		this.#at += 1;
	}

	/** One term, or several in parentheses with `between` between them. */
	terms(between: 'or' | 'comma' = 'or'): string[] | undefined {
		const piece = this.next;
		if (piece?.kind === 'term') {
			this.skip();
			return [piece.text];
		}
		if (piece?.kind !== 'open') return undefined;
		this.skip();
		const list: string[] = [];
		for (;;) {
			const term = this.next;
			if (term?.kind !== 'term') return undefined;
			list.push(term.text);
			this.skip();
			const after = this.next?.kind;
			this.skip();
			if (after === 'close') return list;
			if (after !== between) return undefined;
		}
	}
}

/** Reads one part into `built`; false when the builder has no place for it. */
function readPart(reader: Reader, built: Built): boolean {
	const piece = reader.next;
	if (piece?.kind === 'not') {
		reader.skip();
		const list = reader.terms();
		if (!list || reader.is('pair')) return false;
		built.none.push(...list);
		return true;
	}
	if (piece?.kind === 'field') {
		reader.skip();
		const values = reader.terms();
		if (!values) return false;
		const number = isNumberField(piece.name);
		if (number && (piece.sign === ':' || values.length > 1 || !/^\d+$/u.test(values[0] ?? '')))
			return false;
		if (!number && piece.sign !== ':') return false;
		if (piece.sign === ':') built.tests.push({ field: piece.name, values });
		else built.tests.push({ field: piece.name, sign: piece.sign, values });
		return true;
	}
	if (piece?.kind === 'times') {
		reader.skip();
		const terms = reader.terms();
		if (!terms || reader.is('pair')) return false;
		built.counts.push({ kind: 'times', least: piece.least, terms });
		return true;
	}
	if (
		piece?.kind === 'term' &&
		!piece.quoted &&
		/^\d+$/u.test(piece.text) &&
		reader.afterNext === 'of'
	) {
		reader.skip();
		reader.skip();
		if (!reader.is('open')) return false;
		const terms = reader.terms('comma');
		if (!terms || reader.is('pair')) return false;
		built.counts.push({ kind: 'of', least: Number(piece.text), terms });
		return true;
	}
	const left = reader.terms();
	if (!left) return false;
	const pair = reader.next;
	if (pair?.kind === 'pair') {
		reader.skip();
		const right = reader.terms();
		if (!right || reader.is('pair')) return false;
		built.pairs.push({ kind: pair.pair, left, right, distance: pair.distance });
	} else if (left.length > 1) built.any.push(left);
	else built.all.push(...left);
	return true;
}

/** The lists a query's text says, or nothing when the builder has no place for it. */
export function readQuery(text: string): Built | undefined {
	const pieces = piecesOf(text);
	if (!pieces) return undefined;
	const reader = new Reader(pieces);
	const built = emptyBuilt();
	let first = true;
	while (reader.next) {
		if (!first && reader.is('and')) reader.skip();
		if (!readPart(reader, built)) return undefined;
		if (reader.is('or', 'close', 'comma')) return undefined;
		first = false;
	}
	return built;
}
