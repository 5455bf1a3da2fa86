import type { MonitorHistory, Live, Monitor } from '@tertulia/api-client';
import { api } from '$lib/state/api.ts';
import { directory } from '$lib/state/directory.svelte.ts';
import { live } from '$lib/state/live.svelte.ts';

export const isRunning = (history: MonitorHistory | null | undefined): boolean =>
	history?.state === 'queued' || history?.state === 'running';

/** The share looked at, from 0 to 1; nothing while it is not known how many there are. */
export function shareOf(history: MonitorHistory): number | undefined {
	if (history.state === 'done') return 1;
	if (!history.total) return undefined;
	return Math.min(1, history.looked_at / history.total);
}

export function putMonitor(monitor: Monitor): void {
	directory.monitors = directory.monitors.map((one) => (one.id === monitor.id ? monitor : one));
}

export function putHistory(monitorId: string, history: MonitorHistory): void {
	directory.monitors = directory.monitors.map((one) =>
		one.id === monitorId ? { ...one, history } : one
	);
}

function hear(update: Live): void {
	if (update.type !== 'history') return;
	const { monitor_id, state, looked_at, total, matched } = update;
	const monitor = directory.monitors.find((one) => one.id === monitor_id);
	if (!monitor) return;
	const known = monitor.history;
	const begun = !known || (!isRunning(known) && state !== known.state);
	if (known) putHistory(monitor_id, { ...known, state, looked_at, total, matched });
	// The first and the last word of a pass say more than an update carries.
	if (begun || (state !== 'queued' && state !== 'running')) {
		void api
			.get<Monitor>(`/monitors/${monitor_id}`)
			.then(putMonitor)
			.catch(() => undefined);
	}
}

/** Keeps the state of every pass over history true until the returned function is called. */
export const followPasses = (): (() => void) => live.listen(hear);
