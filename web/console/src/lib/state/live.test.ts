import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.ts';
import { connection } from './connection.svelte.ts';
import { gather } from './gather.ts';
import { LiveStream } from './live.svelte.ts';

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

describe('LiveStream', () => {
	class Source {
		static readonly CLOSED = 2;
		static last: Source;
		readyState = 0;
		onopen = () => {};
		onerror = () => {};
		constructor(readonly address: string) {
			Source.last = this;
		}
		addEventListener() {}
		close() {}
	}

	let stop = () => {};
	const answer = vi.fn<() => Promise<Response>>();

	beforeEach(() => {
		vi.useFakeTimers();
		vi.stubGlobal('EventSource', Source);
		vi.stubGlobal('navigator', { onLine: true });
		vi.stubGlobal('fetch', answer);
		answer.mockReset();
		connection.reached(true);
		stop = new LiveStream().start('a1-7');
		Source.last.onopen();
	});
	afterEach(() => {
		stop();
		vi.unstubAllGlobals();
		vi.useRealTimers();
	});

	it('goes on from where the session stood, and after a restart from now with everything fetched anew', async () => {
		answer.mockImplementation(() => Promise.resolve(new Response('{}')));
		expect(Source.last.address).toBe('/api/v1/live?after=a1-7');
		Source.last.readyState = Source.CLOSED;
		Source.last.onerror();
		await vi.advanceTimersByTimeAsync(3000);
		expect(Source.last.address).toBe('/api/v1/live');
	});

	it('tells that the server is gone though the browser keeps trying', async () => {
		answer.mockRejectedValue(new TypeError('refused'));
		Source.last.onerror();
		await vi.advanceTimersByTimeAsync(2000);
		expect(connection.online).toBe(false);
		Source.last.onopen();
		expect(connection.online).toBe(true);
	});

	it('takes a proxy that answers in its stead for a server that is gone', async () => {
		answer.mockResolvedValue(new Response('Bad gateway', { status: 502 }));
		Source.last.readyState = Source.CLOSED;
		Source.last.onerror();
		await vi.advanceTimersByTimeAsync(2000);
		expect(connection.online).toBe(false);
	});

	it('does not ask when the stream is back at once, and believes a server that answers', async () => {
		answer.mockImplementation(() => Promise.resolve(new Response('{}')));
		Source.last.onerror();
		await vi.advanceTimersByTimeAsync(500);
		Source.last.onopen();
		await vi.advanceTimersByTimeAsync(5000);
		expect(answer).not.toHaveBeenCalled();
		Source.last.onerror();
		await vi.advanceTimersByTimeAsync(2000);
		expect(answer).toHaveBeenCalledTimes(1);
		expect(connection.online).toBe(true);
	});
});
