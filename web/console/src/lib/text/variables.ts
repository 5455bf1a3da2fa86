export interface Variables {
	'person.first_name': string;
	'person.name': string;
	'case.number': string;
	'agent.first_name': string;
	'agent.name': string;
}

/** Fills `{{name}}` in a ready-made answer. Unknown names stay, so that nobody sends a hole without seeing it. */
export function fillVariables(text: string, values: Partial<Variables>): string {
	return text.replace(/\{\{\s*([a-z_.]+)\s*\}\}/gu, (whole, name: string) => {
		const value = values[name as keyof Variables];
		return value === undefined || value === '' ? whole : value;
	});
}

/** Names still to be filled in a text. */
export function openVariables(text: string): string[] {
	return [...text.matchAll(/\{\{\s*([^}]+?)\s*\}\}/gu)].map((found) => found[1] as string);
}
