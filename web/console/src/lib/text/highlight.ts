import type { PostMatch } from '@tertulia/api-client';

export interface Piece {
	text: string;
	marked: boolean;
	/** Monitors that marked it. */
	by: string[];
}

/**
 * Cuts a text at the matched ranges (UTF-16 code units, `[start, end)`). Ranges may overlap, lie outside or be in any
 * order; the pieces always join to the text again.
 */
export function highlight(text: string, matches: Pick<PostMatch, 'monitor' | 'ranges'>[]): Piece[] {
	const cuts = new Set([0, text.length]);
	const ranges: { start: number; end: number; by: string }[] = [];
	for (const match of matches) {
		for (const [from, to] of match.ranges) {
			const start = Math.max(0, Math.min(from, text.length));
			const end = Math.max(0, Math.min(to, text.length));
			if (end <= start) continue;
			ranges.push({ start, end, by: match.monitor });
			cuts.add(start).add(end);
		}
	}
	const edges = [...cuts].sort((a, b) => a - b);
	const pieces: Piece[] = [];
	for (let index = 0; index + 1 < edges.length; index += 1) {
		const start = edges[index] as number;
		const end = edges[index + 1] as number;
		const by = ranges.filter((range) => range.start <= start && range.end >= end).map((r) => r.by);
		const piece = { text: text.slice(start, end), marked: by.length > 0, by: [...new Set(by)] };
		const last = pieces.at(-1);
		if (last && last.marked === piece.marked && last.by.join() === piece.by.join()) {
			last.text += piece.text;
		} else {
			pieces.push(piece);
		}
	}
	return pieces;
}
