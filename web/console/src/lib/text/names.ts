/** Up to two letters that stand for a name: first and last word, symbols skipped. */
export function initialsOf(name: string): string {
	const words = name
		.split(/[\s._@-]+/u)
		.map((word) => word.match(/[\p{L}\p{N}]/u)?.[0] ?? '')
		.filter(Boolean);
	const first = words[0] ?? '?';
	const last = words.length > 1 ? (words.at(-1) ?? '') : '';
	return (first + last).toLocaleUpperCase();
}

/** A hue that is always the same for a name, in steps so that neighbours differ. */
export function hueOf(name: string): number {
	let hash = 0;
	for (const unit of name) hash = (hash * 31 + (unit.codePointAt(0) ?? 0)) >>> 0;
	return (hash % 24) * 15;
}

/** The name a person is spoken to by. */
export function firstNameOf(name: string): string {
	return name.trim().split(/\s+/u)[0] ?? '';
}
