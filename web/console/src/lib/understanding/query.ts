/** What lists are asked for by labels, as the API's parameters. */
export interface LabelQuery {
	type?: string;
	sentiment?: string;
	language?: string;
	urgency_min?: string;
	unsure?: string;
}

const keys = ['type', 'sentiment', 'language', 'urgency_min', 'unsure'] as const;

/** The part of an address that asks by labels. */
export function labelQuery(params: URLSearchParams): LabelQuery {
	const query: LabelQuery = {};
	for (const key of keys) {
		const value = params.get(key);
		if (value) query[key] = value;
	}
	return query;
}

/** Whether it asks for anything. */
export const asks = (query: LabelQuery) => keys.some((key) => Boolean(query[key]));

/** The same with every key, so that an address loses what is no longer asked. */
export const allKeys = (query: LabelQuery): Record<string, string> =>
	Object.fromEntries(keys.map((key) => [key, query[key] ?? '']));
