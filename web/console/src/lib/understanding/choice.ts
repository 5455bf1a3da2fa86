import type { Correction, Labels } from '@tertulia/api-client';
import { messageTypes, readLanguages, sentiments } from './words.ts';

/** What a person says a post says: always the whole of it. */
export interface Choice {
	types: string[];
	sentiment: string;
	language: string;
}

export const choiceOf = (labels: Labels): Choice => ({
	types: labels.types.map((one) => one.label),
	sentiment: labels.sentiment.label,
	language: labels.language.label
});

/** "None of these" stands alone; the last type can't be taken off without it. */
export function toggleType(types: string[], type: string): string[] {
	if (type === 'other') return ['other'];
	const next = types.includes(type) ? types.filter((one) => one !== type) : [...types, type];
	const named = next.filter((one) => one !== 'other');
	return named.length > 0 ? named : ['other'];
}

/** Keys by their place on the keyboard: the row of digits, and two rows of letters under the left hand. */
export const typeKeys = messageTypes.map((_, index) => String(index + 1));
export const sentimentKeys = ['q', 'w', 'e'];
export const languageKeys = ['z', 'x', 'c', 'v'];

/** What a key press makes of a choice; nothing when it is none of the keys. */
export function pressed(choice: Choice, key: string): Choice | undefined {
	const small = key.toLowerCase();
	const type = messageTypes[typeKeys.indexOf(small)];
	if (type) return { ...choice, types: toggleType(choice.types, type) };
	const sentiment = sentiments[sentimentKeys.indexOf(small)];
	if (sentiment) return { ...choice, sentiment };
	const language = readLanguages[languageKeys.indexOf(small)];
	if (language) return { ...choice, language };
	return undefined;
}

const same = (a: string[], b: string[]) =>
	a.length === b.length && a.every((one) => b.includes(one));

/** What differs from the labels in force: only that is said. */
export function difference(labels: Labels, choice: Choice): Correction | undefined {
	const now = choiceOf(labels);
	const correction: Correction = {};
	if (!same(now.types, choice.types)) correction.types = choice.types;
	if (now.sentiment !== choice.sentiment) correction.sentiment = choice.sentiment;
	if (now.language !== choice.language) correction.language = choice.language;
	return Object.keys(correction).length > 0 ? correction : undefined;
}
