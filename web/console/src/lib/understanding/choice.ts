import type { Correction, Labels } from '@tertulia/api-client';
import { audiences, messageTypes, readLanguages, sentiments } from './words.ts';

/** What a person says a post says; empty where nothing is chosen yet. */
export interface Choice {
	types: string[];
	sentiment: string;
	language: string;
	audience: string;
}

/** Nothing chosen: whoever is asked by chance says first, and sees then what was said. */
export const nothing: Choice = { types: [], sentiment: '', language: '', audience: '' };

/** Whether it says all that a review asks for. */
export const isWhole = (choice: Choice): boolean =>
	choice.types.length > 0 && choice.sentiment !== '' && choice.language !== '';

/** As the server is told: what was not chosen is not said. */
export const said = (choice: Choice): Correction => ({
	types: choice.types,
	sentiment: choice.sentiment,
	language: choice.language,
	...(choice.audience ? { audience: choice.audience } : {})
});

export const choiceOf = (labels: Labels): Choice => ({
	types: labels.types.map((one) => one.label),
	sentiment: labels.sentiment.label,
	language: labels.language.label,
	audience: labels.audience.label
});

/** "None of these" stands alone; the last type can't be taken off without it. */
export function toggleType(types: string[], type: string): string[] {
	if (type === 'other') return ['other'];
	const next = types.includes(type) ? types.filter((one) => one !== type) : [...types, type];
	const named = next.filter((one) => one !== 'other');
	return named.length > 0 ? named : ['other'];
}

/** Keys by their place on the keyboard: the row of digits, and three rows of letters under the left hand. */
export const typeKeys = messageTypes.map((_, index) => String(index + 1));
export const sentimentKeys = ['q', 'w', 'e'];
export const audienceKeys = ['a', 's', 'd'];
export const languageKeys = ['z', 'x', 'c', 'v'];

/** What a key press makes of a choice; nothing when it is none of the keys. */
export function pressed(choice: Choice, key: string): Choice | undefined {
	const small = key.toLowerCase();
	const type = messageTypes[typeKeys.indexOf(small)];
	if (type) return { ...choice, types: toggleType(choice.types, type) };
	const sentiment = sentiments[sentimentKeys.indexOf(small)];
	if (sentiment) return { ...choice, sentiment };
	const audience = audiences[audienceKeys.indexOf(small)];
	if (audience) return { ...choice, audience };
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
	if (now.audience !== choice.audience) correction.audience = choice.audience;
	return Object.keys(correction).length > 0 ? correction : undefined;
}
