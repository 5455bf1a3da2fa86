import { overwriteGetLocale, overwriteSetLocale } from '$lib/paraglide/runtime.js';
import { recall, remember } from './stored.ts';

type Locale = 'es' | 'en';

function firstLocale(): Locale {
	const kept = recall('locale');
	if (kept === 'es' || kept === 'en') return kept;
	if (typeof navigator === 'undefined') return 'es';
	for (const language of navigator.languages) {
		if (language.startsWith('es')) return 'es';
		if (language.startsWith('en')) return 'en';
	}
	return 'es';
}

/** Language, look and zone of the person at the screen; known to the browser before anybody signs in. */
class Preferences {
	locale = $state<Locale>(firstLocale());
	theme = $state(recall('theme') ?? 'system');
	zone = $state<string | undefined>(undefined);
	compact = $state(recall('density') === 'compact');
	panelOpen = $state(recall('panel') !== 'closed');
	railFolded = $state(recall('rail') === 'folded');

	setLocale(locale: string) {
		this.locale = locale === 'en' ? 'en' : 'es';
		remember('locale', this.locale);
		if (typeof document !== 'undefined') document.documentElement.lang = this.locale;
	}

	setTheme(theme: string) {
		this.theme = theme;
		remember('theme', theme === 'system' ? undefined : theme);
		dispatchEvent(new Event('tertulia:theme'));
	}

	setCompact(compact: boolean) {
		this.compact = compact;
		remember('density', compact ? 'compact' : undefined);
	}

	setPanelOpen(open: boolean) {
		this.panelOpen = open;
		remember('panel', open ? undefined : 'closed');
	}

	setRailFolded(folded: boolean) {
		this.railFolded = folded;
		remember('rail', folded ? 'folded' : undefined);
	}
}

export const preferences = new Preferences();

// Messages read the language from here, so that changing it redraws what is on the screen.
overwriteGetLocale(() => preferences.locale);
overwriteSetLocale((locale) => preferences.setLocale(locale));
