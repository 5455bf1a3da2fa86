import type { Bilingual } from '@tertulia/api-client';
import { preferences } from '$lib/state/preferences.svelte.ts';

/** A text of the server in the person's language; words of a network come as they are. */
export function inWords(text: Bilingual | string): string {
	if (typeof text === 'string') return text;
	return preferences.locale === 'en' ? text.en : text.es;
}
