import { group, writeQuery } from './builder.ts';
import { readQuery } from './readBuilt.ts';

/** A text as one part of a larger query: in parentheses when it has alternatives at its top. */
export function asPart(query: string): string {
	let depth = 0;
	for (const [piece] of query.matchAll(/"[^"]*"|\{[^}]*\}|[()]|[^\s()"{}]+/gu)) {
		if (piece === '(') depth += 1;
		else if (piece === ')') depth -= 1;
		else if (piece === 'OR' && depth === 0) return `(${query.trim()})`;
	}
	return query.trim();
}

/** The query for posts that say none of `terms` besides. */
export function withoutTerms(query: string, terms: string[]): string {
	const built = readQuery(query);
	if (!built) return `${asPart(query)} AND NOT ${group(terms)}`;
	const fresh = terms.filter((term) => !built.none.includes(term));
	return writeQuery({ ...built, none: [...built.none, ...fresh] });
}
