/** A list's name begun before the caret: `list:`, `list:"mis mar`. */
const BEGUN = /(?<![\p{L}\p{N}])list:"?([^\s"()]*)$/iu;

/** The place where a list's name begins and the letters written so far; nothing when none is begun. */
export function begunName(
	query: string,
	caret: number
): { at: number; letters: string } | undefined {
	const found = BEGUN.exec(query.slice(0, caret));
	return found ? { at: found.index, letters: found[1] ?? '' } : undefined;
}

/** The query with a list where the caret is, in place of a name that was begun, and where the caret is then. */
export function withList(
	query: string,
	caret: number,
	term: string
): { query: string; caret: number } {
	const from = begunName(query, caret)?.at ?? caret;
	const before = query.slice(0, from);
	const space = before === '' || /[\s(]$/u.test(before) ? '' : ' ';
	return {
		query: before + space + term + query.slice(caret),
		caret: from + space.length + term.length
	};
}
