import { m } from '$lib/paraglide/messages.js';
import { api } from '$lib/state/api.ts';
import { care } from '$lib/state/care.svelte.ts';
import { directory } from '$lib/state/directory.svelte.ts';
import { session } from '$lib/state/session.svelte.ts';
import { toasts } from '$lib/state/toasts.svelte.ts';

/** Brings the sample company or takes it away, says so, and fetches anew what changed with it. */
export async function switchSample(wanted: boolean): Promise<void> {
	try {
		if (wanted) await api.post('/sample');
		else await api.delete('/sample');
		if (session.current) session.current = { ...session.current, sample_loaded: wanted };
		toasts.good(wanted ? m.sample_loaded_done() : m.sample_removed());
		await Promise.all([directory.load(), care.loadCounts()]);
	} catch (error) {
		toasts.fail(error);
	}
}
