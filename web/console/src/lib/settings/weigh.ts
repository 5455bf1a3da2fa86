import type { WeightedWords } from '@tertulia/api-client';
import { groundName, topicName } from '../understanding/words.ts';

/** A list as people call it; one of the company's own is called what they called it. */
export function listName(list: WeightedWords): string {
	const name = list.sort === 'topic' ? topicName(list.name) : groundName(list.name);
	return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

/** How many phrases a list has, in all languages. */
export const phraseCount = (list: WeightedWords) =>
	list.words.es.length + list.words.en.length + list.words.pt.length;
