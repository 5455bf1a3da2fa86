import { m } from '$lib/paraglide/messages.js';

/** What uses a list, counted in words. */
export function useWords(monitors: number, rules: number): string {
	const parts = [
		monitors > 0 && m.folder_monitors({ count: monitors }),
		rules > 0 && m.word_list_rules({ count: rules })
	].filter((part) => part !== false);
	return parts.length > 0 ? parts.join(' · ') : m.word_list_unused();
}
