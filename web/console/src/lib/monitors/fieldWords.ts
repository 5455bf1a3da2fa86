import { m } from '$lib/paraglide/messages.js';
import type { Sign } from './builder.ts';

const fields: Record<string, () => string> = {
	lang: m.builder_lang,
	channel: m.builder_channel,
	author: m.builder_author,
	to: m.builder_to,
	country: m.builder_country,
	site: m.builder_site,
	link: m.builder_link,
	has: m.builder_has,
	is: m.builder_is,
	followers: m.builder_followers,
	likes: m.builder_likes,
	shares: m.builder_shares,
	replies: m.builder_replies
};
export const fieldName = (field: string): string => fields[field]?.() ?? field;

const signs: Record<Sign, () => string> = {
	'>=': m.builder_sign_least,
	'>': m.builder_sign_more,
	'<=': m.builder_sign_most,
	'<': m.builder_sign_less,
	'=': m.builder_sign_equal
};
export const signName = (sign: Sign): string => signs[sign]();

/** Values the language knows by name, as far as some channel fills them. */
const values: Record<string, string[]> = {
	has: ['link', 'image', 'video', 'emoji', 'question'],
	is: ['reply']
};
export const fieldValues = (field: string): string[] => values[field] ?? [];
