import { m } from '$lib/paraglide/messages.js';
import { hourOf, snoozeChoices, weekdayHourOf } from '$lib/text/time.ts';

const words = { hours: m.snooze_hours, tomorrow: m.snooze_tomorrow, monday: m.snooze_monday };

/** What stands for a moment of one's own in the choices. */
export const OWN = 'own';

/** When to put a case aside until: the usual moments, by the clock the screen shows, and one's own. */
export function snoozeMenu(now: Date, locale: string, zone: string | undefined) {
	const usual = snoozeChoices(now, zone).map(({ key, at }) => {
		const until = at.toISOString();
		const when = key === 'monday' ? weekdayHourOf : hourOf;
		return { value: until, text: words[key](), detail: when(until, locale, zone) };
	});
	return [...usual, { value: OWN, text: m.snooze_own(), detail: '' }];
}
