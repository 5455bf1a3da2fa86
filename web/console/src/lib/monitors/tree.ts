import type { Monitor } from '@tertulia/api-client';
import { fold } from '$lib/text/fold.ts';

export interface FolderRow {
	kind: 'folder';
	/** Its levels joined by `/`; the row's key too. */
	path: string;
	name: string;
	depth: number;
	/** Monitors in it and below. */
	monitors: number;
	/** What they matched in a day. */
	day: number;
	open: boolean;
}
export interface MonitorRow {
	kind: 'monitor';
	monitor: Monitor;
	depth: number;
}
export type TreeRow = FolderRow | MonitorRow;

interface Branch {
	folders: Map<string, Branch>;
	monitors: Monitor[];
}

const levels = (folder: string): string[] => folder.split('/').filter(Boolean);

function grow(monitors: Monitor[]): Branch {
	const root: Branch = { folders: new Map(), monitors: [] };
	for (const monitor of monitors) {
		let branch = root;
		for (const level of levels(monitor.folder)) {
			const next = branch.folders.get(level) ?? { folders: new Map(), monitors: [] };
			branch.folders.set(level, next);
			branch = next;
		}
		branch.monitors.push(monitor);
	}
	return root;
}

function sum(branch: Branch): { monitors: number; day: number } {
	const own = {
		monitors: branch.monitors.length,
		day: branch.monitors.reduce((total, one) => total + one.matched_day, 0)
	};
	for (const below of branch.folders.values()) {
		const part = sum(below);
		own.monitors += part.monitors;
		own.day += part.day;
	}
	return own;
}

/** The tree as the rows in sight: folders before monitors, both by name; a closed folder hides what is in it. */
export function treeRows(
	monitors: Monitor[],
	closed: readonly string[],
	locale: string
): TreeRow[] {
	const byName = new Intl.Collator(locale, { numeric: true }).compare;
	const rows: TreeRow[] = [];
	const walk = (branch: Branch, above: string, depth: number) => {
		for (const [name, below] of [...branch.folders].sort(([a], [b]) => byName(a, b))) {
			const path = above ? `${above}/${name}` : name;
			const open = !closed.includes(path);
			rows.push({ kind: 'folder', path, name, depth, ...sum(below), open });
			if (open) walk(below, path, depth + 1);
		}
		for (const monitor of branch.monitors.sort((a, b) => byName(a.name, b.name))) {
			rows.push({ kind: 'monitor', monitor, depth });
		}
	};
	walk(grow(monitors), '', 0);
	return rows;
}

/** Every folder in use, with those above it. */
export function foldersOf(monitors: Pick<Monitor, 'folder'>[]): string[] {
	const all = new Set<string>();
	for (const { folder } of monitors) {
		const parts = levels(folder);
		for (let depth = 1; depth <= parts.length; depth += 1) all.add(parts.slice(0, depth).join('/'));
	}
	return [...all].sort();
}

/** Monitors whose name, query, folder or owner says the words asked for, by one owner if one is named. */
export function sift(monitors: Monitor[], words: string, ownerId: string): Monitor[] {
	const asked = fold(words).split(/\s+/u).filter(Boolean);
	return monitors.filter((one) => {
		if (ownerId && one.owner?.id !== ownerId) return false;
		const says = fold(`${one.name} ${one.query} ${one.folder} ${one.owner?.name ?? ''}`);
		return asked.every((word) => says.includes(word));
	});
}
