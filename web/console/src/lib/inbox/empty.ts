import CheckCheck from '@lucide/svelte/icons/check-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Clock from '@lucide/svelte/icons/clock';
import Coffee from '@lucide/svelte/icons/coffee';
import Layers from '@lucide/svelte/icons/layers';
import type { Glyph } from '$lib/ui/glyph.ts';
import { m } from '$lib/paraglide/messages.js';

interface Empty {
	icon: Glyph;
	title: string;
	text: string;
	href?: string;
	act?: string;
}

/** What an empty folder means and the one next step. */
export function emptyFolder(folder: string, supervises: boolean): Empty {
	switch (folder) {
		case 'mine':
			return {
				icon: Coffee,
				title: m.empty_mine_title(),
				text: m.empty_mine_text(),
				href: '/inbox/unassigned',
				act: m.empty_mine_act()
			};
		case 'unassigned':
			return {
				icon: CircleDashed,
				title: m.empty_unassigned_title(),
				text: m.empty_unassigned_text()
			};
		case 'snoozed':
			return { icon: Clock, title: m.empty_snoozed_title(), text: m.empty_snoozed_text() };
		case 'done':
			return { icon: CheckCheck, title: m.empty_done_title(), text: m.empty_done_text() };
		default:
			return {
				icon: Layers,
				title: m.empty_all_title(),
				text: m.empty_all_text(),
				...(supervises ? { href: '/channels/new', act: m.empty_all_act() } : {})
			};
	}
}
