import { m } from '$lib/paraglide/messages.js';

const words = { hours: m.snooze_hours, tomorrow: m.snooze_tomorrow, monday: m.snooze_monday };

export const snoozeWords = (key: keyof typeof words) => words[key]();
