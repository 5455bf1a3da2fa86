import { m } from '$lib/paraglide/messages.js';

/** The views of one monitor, by the last part of their address. */
export const VIEWS = ['query', 'matches', 'bench', 'versions'] as const;
export type View = (typeof VIEWS)[number];

const names: Record<View, () => string> = {
	query: m.monitor_view_query,
	matches: m.monitor_view_matches,
	bench: m.monitor_view_bench,
	versions: m.monitor_view_versions
};
export const viewName = (view: View): string => names[view]();

/** The view an address names; the first one when it names none. */
export const viewOf = (text: string | undefined): View | undefined =>
	text === undefined ? 'query' : VIEWS.find((view) => view === text && view !== 'query');

export const viewHref = (id: string, view: View): string =>
	view === 'query' ? `/monitors/${id}` : `/monitors/${id}/${view}`;
