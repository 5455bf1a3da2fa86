import { writeQuery } from './builder.ts';
import { readQuery } from './readBuilt.ts';

/** The query without posts that say `term`, as one who writes it would: among the exclusions there are, when it is plain enough. */
export function excluding(query: string, term: string, otherwise: string): string {
	const built = readQuery(query);
	if (!built) return otherwise;
	return writeQuery({ ...built, none: [...built.none.filter((one) => one !== term), term] });
}
