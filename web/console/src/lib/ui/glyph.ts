import type Inbox from '@lucide/svelte/icons/inbox';

/** A drawing of the icon set. */
export type Glyph = typeof Inbox;
