/** Lower case without accents: for finding names in lists on the screen. */
export function fold(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** Whether every typed word begins a word of the text. */
export function finds(text: string, typed: string): boolean {
	const words = fold(text).split(/[\s@._-]+/u);
	return fold(typed)
		.split(/\s+/u)
		.filter(Boolean)
		.every((piece) => words.some((word) => word.startsWith(piece.replace(/^@/u, ''))));
}
