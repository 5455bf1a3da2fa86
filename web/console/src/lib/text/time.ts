const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Style = 'narrow' | 'long';

/**
 * Words for how far an instant is from now: relative within a week, then the date.
 * The year shows only when it is another one.
 */
export function relativeTime(
	at: string,
	now: number,
	locale: string,
	zone: string | undefined,
	style: Style
): string {
	const then = Date.parse(at);
	const away = then - now;
	const size = Math.abs(away);
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style });
	if (size < MINUTE) return words.format(0, 'second');
	if (size < HOUR) return words.format(Math.trunc(away / MINUTE), 'minute');
	if (size < DAY) return words.format(Math.trunc(away / HOUR), 'hour');
	if (size < 7 * DAY) return words.format(Math.trunc(away / DAY), 'day');
	const otherYear = new Date(then).getUTCFullYear() !== new Date(now).getUTCFullYear();
	return new Intl.DateTimeFormat(locale, {
		day: 'numeric',
		month: 'short',
		year: otherYear ? 'numeric' : undefined,
		timeZone: zone
	}).format(then);
}

/** Date and time to the minute with its zone, for hovering and for screen readers. */
export function exactTime(at: string, locale: string, zone: string | undefined): string {
	return new Intl.DateTimeFormat(locale, {
		weekday: 'short',
		day: 'numeric',
		month: 'short',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		timeZone: zone,
		timeZoneName: 'short'
	}).format(Date.parse(at));
}

/** Hour and minute only. */
export function hourOf(at: string, locale: string, zone: string | undefined): string {
	return new Intl.DateTimeFormat(locale, {
		hour: '2-digit',
		minute: '2-digit',
		timeZone: zone
	}).format(Date.parse(at));
}

/** The day of an instant, as the heading between messages of different days. */
export function dayOf(at: string, locale: string, zone: string | undefined): string {
	return new Intl.DateTimeFormat(locale, {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		timeZone: zone
	}).format(Date.parse(at));
}

/** A span as a clock shows it: `4:09`, from an hour on `2 h 05`, from a day on `3 d 4 h`. */
export function clockSpan(milliseconds: number): string {
	const left = Math.max(0, Math.floor(milliseconds / 1000));
	const seconds = left % 60;
	const minutes = Math.floor(left / 60) % 60;
	const hours = Math.floor(left / 3600) % 24;
	const days = Math.floor(left / 86_400);
	if (days > 0) return `${days} d ${hours} h`;
	if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')}`;
	return `${minutes}:${String(seconds).padStart(2, '0')}`;
}

/** How long a person has waited, in its largest unit: `12 min`, `3 h`, `2 d`. */
export function waitSpan(milliseconds: number): string {
	const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return `${hours} h`;
	return `${Math.floor(hours / 24)} d`;
}

/** Whether a wait is worth a colour: calm, a while, or too long. */
export function waitLevel(milliseconds: number): 'calm' | 'warn' | 'late' {
	if (milliseconds >= 60 * MINUTE) return 'late';
	if (milliseconds >= 15 * MINUTE) return 'warn';
	return 'calm';
}

/** Weekday, hour and minute: "lun, 09:00". */
export function weekdayHourOf(at: string, locale: string, zone: string | undefined): string {
	return new Intl.DateTimeFormat(locale, {
		weekday: 'short',
		hour: '2-digit',
		minute: '2-digit',
		timeZone: zone
	}).format(Date.parse(at));
}

/** What a zone's clock and calendar show at an instant, told as if it were UTC. */
function clockIn(at: number, zone: string | undefined): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
		hourCycle: 'h23',
		timeZone: zone
	}).formatToParts(at);
	const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
	return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** The instant at which a zone's clock shows this; the second look is for nights on which clocks change. */
function instantAt(shown: number, zone: string | undefined): number {
	const first = shown - (clockIn(shown, zone) - shown);
	return first - (clockIn(first, zone) - shown);
}

/** An instant as fields for date and time take it, by a zone's clock: `2026-11-23T09:00`. */
export function clockText(at: string, zone: string | undefined): string {
	const then = Date.parse(at);
	return Number.isNaN(then) ? '' : new Date(clockIn(then, zone)).toISOString().slice(0, 16);
}

/** The instant that such a field means by a zone's clock. */
export function atClock(text: string, zone: string | undefined): Date | undefined {
	const shown = Date.parse(`${text}Z`);
	return Number.isNaN(shown) ? undefined : new Date(instantAt(shown, zone));
}

interface SnoozeChoice {
	key: 'hours' | 'tomorrow' | 'monday';
	at: Date;
}

/** Moments to put a case aside until, by a zone's clock. On Sundays tomorrow is Monday and stands there once. */
export function snoozeChoices(now: Date, zone: string | undefined): SnoozeChoice[] {
	const today = new Date(clockIn(now.getTime(), zone));
	const nineIn = (days: number) =>
		new Date(
			instantAt(
				Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + days, 9),
				zone
			)
		);
	const toMonday = (8 - today.getUTCDay()) % 7 || 7;
	const choices: SnoozeChoice[] = [
		{ key: 'hours', at: new Date(now.getTime() + 3 * HOUR) },
		{ key: 'tomorrow', at: nineIn(1) }
	];
	if (toMonday > 1) choices.push({ key: 'monday', at: nineIn(toMonday) });
	return choices;
}
