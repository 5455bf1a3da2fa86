import { error, redirect } from '@sveltejs/kit';
import { ApiProblem, createClient, type Session } from '@tertulia/api-client';
import { session } from '$lib/state/session.svelte.ts';

export const load = async ({ url, fetch }) => {
	if (session.current) return;
	try {
		session.take(await createClient({ fetch }).get<Session>('/session'));
	} catch (problem) {
		if (problem instanceof ApiProblem && problem.status === 401) {
			redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
		}
		error(503, problem instanceof ApiProblem ? problem.code : 'unexpected');
	}
};
