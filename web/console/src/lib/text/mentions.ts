/** `@[Name](user-id)` as notes store it. */
const STORED = /@\[([^\]]+)\]\(([0-9a-fA-F-]{36})\)/gu;

export interface Colleague {
	id: string;
	name: string;
}

export type NotePiece = { text: string; userId?: string };

/** A stored note as pieces to draw: plain text, and names of mentioned people. */
export function readNote(text: string): NotePiece[] {
	const pieces: NotePiece[] = [];
	let at = 0;
	for (const found of text.matchAll(STORED)) {
		if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
		pieces.push({ text: `@${found[1]}`, userId: found[2] });
		at = found.index + found[0].length;
	}
	if (at < text.length) pieces.push({ text: text.slice(at) });
	return pieces;
}

/** What was typed (`@Ana Ruiz`) as it is stored. Longer names win over names that begin them. */
export function storeNote(text: string, colleagues: Colleague[]): string {
	const byLength = [...colleagues].sort((a, b) => b.name.length - a.name.length);
	let stored = '';
	let rest = text;
	while (rest.length > 0) {
		const at = rest.indexOf('@');
		if (at < 0) break;
		stored += rest.slice(0, at);
		rest = rest.slice(at);
		const who = byLength.find((colleague) => {
			if (!rest.startsWith(`@${colleague.name}`)) return false;
			const next = rest.charAt(colleague.name.length + 1);
			return next === '' || !/[\p{L}\p{N}]/u.test(next);
		});
		stored += who ? `@[${who.name}](${who.id})` : '@';
		rest = rest.slice(who ? who.name.length + 1 : 1);
	}
	return stored + rest;
}

/** The word being typed after a trigger (`@` or `:`) that ends at the caret, or nothing. */
export function triggerAt(
	text: string,
	caret: number,
	trigger: string
): { start: number; typed: string } | undefined {
	const before = text.slice(0, caret);
	const start = before.lastIndexOf(trigger);
	if (start < 0) return undefined;
	const previous = before.charAt(start - 1);
	if (previous && !/\s/u.test(previous)) return undefined;
	const typed = before.slice(start + 1);
	return /[\n:@]/u.test(typed) || typed.length > 40 || /^\s/u.test(typed)
		? undefined
		: { start, typed };
}
