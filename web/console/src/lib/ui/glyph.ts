import type { Inbox } from '@lucide/svelte';

/** A drawing of the icon set. */
export type Glyph = typeof Inbox;
