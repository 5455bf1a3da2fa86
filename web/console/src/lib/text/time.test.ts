import { describe, expect, it } from 'vitest';
import { clockSpan, exactTime, relativeTime, snoozeChoices, waitLevel, waitSpan } from './time.ts';

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
	it('always lies in the future, on a Monday when it says so', () => {
		for (let day = 15; day < 22; day += 1) {
			const from = new Date(2026, 10, day, 8, 30);
			const choices = snoozeChoices(from);
			expect(choices.every((choice) => choice.at > from)).toBe(true);
			expect(choices.find((choice) => choice.key === 'monday')?.at.getDay()).toBe(1);
		}
	});
});
