import type { ApiProblem } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';

const byCode: Record<string, () => string> = {
	offline: m.problem_offline,
	unauthenticated: m.problem_unauthenticated,
	invalid_credentials: m.problem_invalid_credentials,
	login_limited: m.problem_login_limited,
	forbidden: m.problem_forbidden,
	not_found: m.problem_not_found,
	taken: m.problem_taken,
	reserved_by_other: m.problem_reserved_by_other,
	too_late: m.problem_too_late,
	in_use: m.problem_in_use,
	send_gate: m.problem_send_gate,
	too_large: m.problem_too_large
};

/** What went wrong and what to do, in the person's language. */
export function problemText(problem: ApiProblem): string {
	const known = byCode[problem.code]?.();
	const fields = problem.fields.map((field) => field.message).join(' ');
	return known ?? problem.detail ?? (fields || undefined) ?? m.problem_unexpected();
}
