import type { CasePage, CaseRow, PersonDetail } from '@tertulia/api-client';
import { api } from '$lib/state/api.ts';
import { KeysetList } from '$lib/state/keyset.svelte.ts';

/** As many cases come with a person; whether there are more, only their own list says. */
const WITH_PERSON = 50;
const FROM_THE_TOP = 'top';

/** A person's cases: those that came with the person, then pages of their own list. */
export class PersonCases extends KeysetList<CaseRow> {
	constructor() {
		super((after, limit, signal) => {
			const query = { limit, after: after === FROM_THE_TOP ? undefined : after };
			return api.get<CasePage>(`/people/${this.#person}/cases`, { query, signal });
		}, 2 * WITH_PERSON);
	}
	#person = '';

	of(person: PersonDetail): void {
		this.#person = person.id;
		this.begin(person.cases, person.cases.length < WITH_PERSON ? undefined : FROM_THE_TOP);
	}
}
