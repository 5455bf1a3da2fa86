import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.ts';
import { gather } from './gather.ts';

describe('Backoff', () => {
	it('doubles up to the ceiling, spreads by a quarter, and begins anew', () => {
		const steady = new Backoff(1000, 30_000, () => 0.5);
		expect([1, 2, 3, 4, 5, 6, 7].map(() => steady.next())).toEqual([
			1000, 2000, 4000, 8000, 16_000, 30_000, 30_000
		]);
		steady.reset();
		expect(steady.next()).toBe(1000);
		expect(new Backoff(1000, 1000, () => 0).next()).toBe(750);
		expect(new Backoff(1000, 1000, () => 1).next()).toBe(1250);
	});
});

describe('gather', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it('runs once for many calls close together', () => {
		const action = vi.fn();
		const gathered = gather(action, 100, 1000);
		for (let call = 0; call < 5; call += 1) {
			gathered.call();
			vi.advanceTimersByTime(50);
		}
		expect(action).not.toHaveBeenCalled();
		vi.advanceTimersByTime(100);
		expect(action).toHaveBeenCalledTimes(1);
	});

	it('does not wait for ever when calls never stop', () => {
		const action = vi.fn();
		const gathered = gather(action, 100, 300);
		for (let call = 0; call < 20; call += 1) {
			gathered.call();
			vi.advanceTimersByTime(50);
		}
		expect(action.mock.calls.length).toBeGreaterThanOrEqual(3);
	});

	it('forgets what was asked when it is cancelled', () => {
		const action = vi.fn();
		const gathered = gather(action, 100, 300);
		gathered.call();
		gathered.cancel();
		vi.advanceTimersByTime(1000);
		expect(action).not.toHaveBeenCalled();
	});
});
