import Cable from '@lucide/svelte/icons/cable';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import Moon from '@lucide/svelte/icons/moon';
import Radar from '@lucide/svelte/icons/radar';
import Sun from '@lucide/svelte/icons/sun';
import UserRound from '@lucide/svelte/icons/user-round';
import Workflow from '@lucide/svelte/icons/workflow';
import type { CasePage, CaseRow, PersonBrief, PersonPage } from '@tertulia/api-client';
import { goto } from '$app/navigation';
import { inboxFolders } from '$lib/frame/folders.ts';
import { sections } from '$lib/frame/sections.ts';
import { m } from '$lib/paraglide/messages.js';
import { settingsPages } from '$lib/settings/pages.ts';
import { api } from '$lib/state/api.ts';
import { preferences } from '$lib/state/preferences.svelte.ts';
import { session } from '$lib/state/session.svelte.ts';
import { layers } from '$lib/state/shortcuts.svelte.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';
import type { Glyph } from '$lib/ui/glyph.ts';

export interface Place {
	href: string;
	text: string;
	icon: Glyph;
}

export interface Action {
	key: string;
	text: string;
	icon: Glyph;
	run: () => void;
}

/** Everywhere one can go: folders, sections, settings. */
export function places(): Place[] {
	const [inbox, ...others] = sections();
	const settings = others.at(-1);
	return [
		...inboxFolders().map((folder) => ({
			href: `/inbox/${folder.key}`,
			text: `${inbox?.label() ?? ''} › ${folder.name}`,
			icon: folder.icon
		})),
		...others.slice(0, -1).map((one) => ({ href: one.href, text: one.label(), icon: one.icon })),
		...settingsPages().map((page) => ({
			href: `/settings/${page.key}`,
			text: `${m.nav_settings()} › ${page.label()}`,
			icon: settings?.icon ?? UserRound
		}))
	];
}

const change = (change: Parameters<typeof session.change>[0]) =>
	void session.change(change).catch((error: unknown) => toasts.fail(error));

/** What can be done from anywhere. */
export function actions(): Action[] {
	const ready = session.me.ready;
	const dark = document.documentElement.dataset.shade === 'dark';
	const other = preferences.locale === 'es' ? 'en' : 'es';
	const everybody: Action[] = [
		{
			key: 'ready',
			text: ready ? m.command_not_ready() : m.command_ready(),
			icon: UserRound,
			run: () => change({ ready: !ready })
		},
		{
			key: 'theme',
			text: dark ? m.command_light() : m.command_dark(),
			icon: dark ? Sun : Moon,
			run: () => change({ theme: dark ? 'light' : 'dark' })
		},
		{
			key: 'language',
			text: m.command_language({ language: other === 'en' ? m.language_en() : m.language_es() }),
			icon: Languages,
			run: () => change({ locale: other })
		},
		{ key: 'help', text: m.help_title(), icon: Keyboard, run: () => (layers.help = true) }
	];
	if (!session.supervises) return everybody;
	return [
		{ key: 'monitor', text: m.monitor_new(), icon: Radar, run: () => void goto('/monitors/new') },
		{ key: 'rule', text: m.rule_new(), icon: Workflow, run: () => void goto('/rules/new') },
		...(session.administers
			? [
					{
						key: 'channel',
						text: m.channel_new(),
						icon: Cable,
						run: () => void goto('/channels/new')
					}
				]
			: []),
		...everybody
	];
}

/** Cases with these words, in whatever folder they are; a number finds its case. */
export async function findCases(text: string, signal: AbortSignal): Promise<CaseRow[]> {
	const q = text.replace(/^#/u, '');
	try {
		return (await api.get<CasePage>('/cases', { query: { q, limit: 8 }, signal })).items;
	} catch {
		return [];
	}
}

export async function findPeople(text: string, signal: AbortSignal): Promise<PersonBrief[]> {
	try {
		const page = await api.get<PersonPage>('/people', { query: { q: text, limit: 5 }, signal });
		return page.items;
	} catch {
		return [];
	}
}

/** The value of the uppermost result, in the order in which the bar shows them. */
export function firstOf(found: {
	cases: { id: string }[];
	people: { id: string }[];
	places: { href: string }[];
	actions: { key: string }[];
	asked: boolean;
}): string {
	const [one, person, place, action] = [
		found.cases[0],
		found.people[0],
		found.places[0],
		found.actions[0]
	];
	if (one) return `case-${one.id}`;
	if (person) return `person-${person.id}`;
	if (place) return `place-${place.href}`;
	if (action) return `action-${action.key}`;
	return found.asked ? 'posts' : '';
}
