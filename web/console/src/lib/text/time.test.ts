import { describe, expect, it } from 'vitest';
import {
	atClock,
	clockSpan,
	clockText,
	exactTime,
	relativeTime,
	snoozeChoices,
	waitLevel,
	waitSpan,
	weekdayHourOf
} from './time.ts';

const now = Date.parse('2026-11-21T15:00:00Z');
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe('relativeTime', () => {
	it.each([
		[0.5, 'es', 'ahora'],
		[12, 'es', 'hace 12 minutos'],
		[125, 'en', '2 hours ago'],
		[60 * 24, 'es', 'ayer'],
		[-180, 'en', 'in 3 hours']
	])('%d minutes ago in %s is %s', (minutes, locale, words) => {
		expect(relativeTime(ago(minutes), now, locale, 'America/Bogota', 'long')).toBe(words);
	});

	it('becomes a date after a week, with the year only when it is another', () => {
		const old = relativeTime('2026-11-02T03:00:00Z', now, 'en', 'America/Bogota', 'narrow');
		expect(old).toBe('Nov 1');
		expect(relativeTime('2024-02-02T12:00:00Z', now, 'en', 'UTC', 'narrow')).toBe('Feb 2, 2024');
	});
});

describe('exactTime', () => {
	it('is in the zone asked for', () => {
		expect(exactTime('2026-11-21T15:30:00Z', 'en', 'America/Bogota')).toContain('10:30');
	});
});

describe('spans', () => {
	it('shows a clock that fits its size', () => {
		expect(clockSpan(249_000)).toBe('4:09');
		expect(clockSpan(2 * 3_600_000 + 5 * 60_000)).toBe('2 h 05');
		expect(clockSpan(76 * 3_600_000)).toBe('3 d 4 h');
		expect(clockSpan(-5)).toBe('0:00');
	});

	it('colours a wait only when it matters', () => {
		expect([1, 15, 59, 60].map((minutes) => waitLevel(minutes * 60_000))).toEqual([
			'calm',
			'warn',
			'warn',
			'late'
		]);
		expect(waitSpan(26 * 3_600_000)).toBe('26 h');
	});
});

describe('snoozeChoices', () => {
	const zones = ['America/Bogota', 'America/Santiago', 'Asia/Tokyo', 'UTC'];

	it("always lies in the future, at nine by the zone's clock, on a Monday when it says so", () => {
		for (const zone of zones) {
			for (let hour = 0; hour < 24 * 7; hour += 11) {
				const from = new Date(Date.UTC(2026, 10, 15, hour, 30));
				const choices = snoozeChoices(from, zone);
				expect(choices.every((choice) => choice.at > from)).toBe(true);
				for (const { key, at } of choices.slice(1)) {
					const shown = weekdayHourOf(at.toISOString(), 'en-GB', zone);
					expect(shown).toMatch(key === 'monday' ? /^Mon,? 09:00$/u : /09:00$/u);
				}
			}
		}
	});

	it('says each moment once: on Sundays tomorrow is Monday', () => {
		const sunday = snoozeChoices(new Date('2026-11-23T03:00:00Z'), 'America/Bogota');
		expect(sunday.map(({ key, at }) => [key, at.toISOString()])).toEqual([
			['hours', '2026-11-23T06:00:00.000Z'],
			['tomorrow', '2026-11-23T14:00:00.000Z']
		]);
		const monday = snoozeChoices(new Date('2026-11-23T15:00:00Z'), 'America/Bogota');
		expect(monday.at(-1)?.at.toISOString()).toBe('2026-11-30T14:00:00.000Z');
	});
});

describe('a date and time field', () => {
	it("means the company's clock, also after its clocks change", () => {
		const at = '2026-11-23T14:00:00.000Z';
		expect(clockText(at, 'America/Bogota')).toBe('2026-11-23T09:00');
		expect(atClock('2026-11-23T09:00', 'America/Bogota')?.toISOString()).toBe(at);
		expect(atClock('2026-07-01T09:00', 'America/Santiago')?.toISOString()).toBe(
			'2026-07-01T13:00:00.000Z'
		);
		expect(atClock('2026-12-01T09:00', 'America/Santiago')?.toISOString()).toBe(
			'2026-12-01T12:00:00.000Z'
		);
		expect(atClock('', 'UTC')).toBeUndefined();
	});
});
