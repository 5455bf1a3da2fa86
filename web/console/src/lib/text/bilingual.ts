import type { Bilingual } from '@tertulia/api-client';
import { preferences } from '$lib/state/preferences.svelte.ts';

/** A text the server has in both languages, in the person's. */
export const inWords = (text: Bilingual): string =>
	preferences.locale === 'en' ? text.en : text.es;
