import type { Labels } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';
import { preferences } from '$lib/state/preferences.svelte.ts';
import { languageName } from '$lib/text/labels.ts';

type Words = Record<string, () => string>;
const from = (words: Words, key: string): string => words[key]?.() ?? key;

export const messageTypes = [
	'complaint',
	'question',
	'request',
	'praise',
	'purchase_intent',
	'suggestion',
	'spam',
	'other'
] as const;
export const sentiments = ['negative', 'neutral', 'positive'] as const;
export const audiences = ['us', 'about', 'none'] as const;
export const readLanguages = ['es', 'en', 'pt', 'und'] as const;

const typeWords: Words = {
	complaint: m.type_complaint,
	question: m.type_question,
	request: m.type_request,
	praise: m.type_praise,
	purchase_intent: m.type_purchase_intent,
	suggestion: m.type_suggestion,
	spam: m.type_spam,
	other: m.type_other
};
export const typeName = (type: string) => from(typeWords, type);

const sentimentWords: Words = {
	negative: m.sentiment_negative,
	neutral: m.sentiment_neutral,
	positive: m.sentiment_positive
};
export const sentimentName = (sentiment: string) => from(sentimentWords, sentiment);

const audienceWords: Words = {
	us: m.audience_us,
	about: m.audience_about,
	none: m.audience_none
};
export const audienceName = (audience: string) => from(audienceWords, audience);

/** A language as labels name it: `und` is one nobody could tell. */
export const labelLanguage = (code: string) =>
	code === 'und' ? m.language_und() : languageName(code, preferences.locale);

const taskWords: Words = {
	types: m.task_types,
	sentiment: m.task_sentiment,
	language: m.task_language,
	audience: m.task_audience
};
export const taskName = (task: string) => from(taskWords, task);

/** A label of any task. */
export function labelName(task: string, label: string): string {
	if (task === 'types') return typeName(label);
	if (task === 'sentiment') return sentimentName(label);
	if (task === 'language') return labelLanguage(label);
	return from(audienceWords, label);
}

/** A label whose task is not told: sentiment and type names differ. */
export const anyLabelName = (label: string) =>
	sentimentWords[label] ? sentimentName(label) : typeName(label);

const groundWords: Words = {
	safety: m.ground_safety,
	legal: m.ground_legal,
	outage: m.ground_outage,
	now: m.ground_now,
	pressing: m.ground_pressing,
	deadline: m.ground_deadline,
	vulnerable: m.ground_vulnerable,
	repeated: m.ground_repeated,
	fraud: m.ground_fraud,
	anger: m.ground_anger,
	shouting: m.ground_shouting,
	reach: m.ground_reach,
	contacts: m.ground_contacts,
	spam: m.ground_spam
};
export const groundName = (name: string) => from(groundWords, name);

const topicWords: Words = {
	delivery: m.topic_delivery,
	billing: m.topic_billing,
	refund: m.topic_refund,
	outage: m.topic_outage,
	'app and website': m.topic_app,
	staff: m.topic_staff,
	waiting: m.topic_waiting,
	price: m.topic_price,
	quality: m.topic_quality,
	availability: m.topic_availability,
	cancelling: m.topic_cancelling,
	security: m.topic_security
};
export const topicName = (name: string) => from(topicWords, name);

/** From this on something is called urgent. */
export const URGENT = 0.6;

/** 0.87 → "87 %". */
export const percent = (share: number) =>
	new Intl.NumberFormat(preferences.locale, { style: 'percent', maximumFractionDigits: 0 }).format(
		share
	);

/** What the labels say, in one sentence: for whoever hears them. */
export function labelsAloud(labels: Labels): string {
	const words = [
		labelLanguage(labels.language.label),
		sentimentName(labels.sentiment.label),
		...labels.types.map((one) => typeName(one.label))
	];
	if (labels.urgency.score >= URGENT) words.push(m.urgency_urgent());
	if (labels.unsure) words.push(m.labels_unsure());
	return words.join(', ');
}
