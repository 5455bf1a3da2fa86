import BadgeCheck from '@lucide/svelte/icons/badge-check';
import Cable from '@lucide/svelte/icons/cable';
import Inbox from '@lucide/svelte/icons/inbox';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import Radar from '@lucide/svelte/icons/radar';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';
import Workflow from '@lucide/svelte/icons/workflow';
import type { Glyph } from '$lib/ui/glyph.ts';
import { m } from '$lib/paraglide/messages.js';
import { session } from '$lib/state/session.svelte.ts';

export interface Section {
	key: string;
	href: string;
	label: () => string;
	icon: Glyph;
}

const inbox: Section = { key: 'inbox', href: '/inbox/mine', label: m.nav_inbox, icon: Inbox };
const posts: Section = { key: 'posts', href: '/posts', label: m.nav_posts, icon: MessagesSquare };
const people: Section = { key: 'people', href: '/people', label: m.nav_people, icon: Users };
const monitors: Section = {
	key: 'monitors',
	href: '/monitors',
	label: m.nav_monitors,
	icon: Radar
};
const rules: Section = { key: 'rules', href: '/rules', label: m.nav_rules, icon: Workflow };
const review: Section = { key: 'review', href: '/review', label: m.nav_review, icon: BadgeCheck };
const channels: Section = {
	key: 'channels',
	href: '/channels',
	label: m.nav_channels,
	icon: Cable
};
const settings: Section = {
	key: 'settings',
	href: '/settings/profile',
	label: m.nav_settings,
	icon: Settings
};

/** The sections the signed-in person may use, in order. */
export function sections(): Section[] {
	return session.supervises
		? [inbox, posts, people, monitors, review, rules, channels, settings]
		: [inbox, posts, people, settings];
}
