import type { Rule } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';
import { directory } from '$lib/state/directory.svelte.ts';
import { preferences } from '$lib/state/preferences.svelte.ts';
import { channelKindName, languageName, priorityName, wholeNumber } from '$lib/text/labels.ts';
import { percent, sentimentName, typeName } from '$lib/understanding/words.ts';

const names = <T extends { id: string; name: string }>(list: T[], ids: string[] = []) =>
	ids.map((id) => list.find((one) => one.id === id)?.name ?? '—').join(', ');

/** When a rule applies, as short phrases that all must hold. */
export function conditionWords({ conditions }: Pick<Rule, 'conditions'>): string[] {
	const words: string[] = [];
	if (conditions.monitor_ids?.length) {
		words.push(m.rule_if_monitor({ names: names(directory.monitors, conditions.monitor_ids) }));
	}
	if (conditions.query) words.push(m.rule_if_query({ query: conditions.query }));
	if (conditions.channel_ids?.length) {
		words.push(m.rule_if_channel({ names: names(directory.channels, conditions.channel_ids) }));
	}
	if (conditions.channel_kinds?.length) {
		words.push(
			m.rule_if_channel({ names: conditions.channel_kinds.map(channelKindName).join(', ') })
		);
	}
	if (conditions.visibility === 'public') words.push(m.rule_if_public());
	if (conditions.visibility === 'private') words.push(m.rule_if_private());
	if (conditions.followers_min) {
		words.push(
			m.rule_if_followers({ count: wholeNumber(conditions.followers_min, preferences.locale) })
		);
	}
	if (conditions.langs?.length) {
		const langs = conditions.langs.map((lang) => languageName(lang, preferences.locale));
		words.push(m.rule_if_langs({ names: langs.join(', ') }));
	}
	if (conditions.types?.length) {
		words.push(m.rule_if_types({ names: conditions.types.map(typeName).join(', ') }));
	}
	if (conditions.sentiments?.length) {
		words.push(
			m.rule_if_sentiments({ names: conditions.sentiments.map(sentimentName).join(', ') })
		);
	}
	if (conditions.urgency_min) {
		words.push(m.rule_if_urgency({ share: percent(conditions.urgency_min) }));
	}
	return words;
}

/** What a rule does, as short phrases. */
export function actionWords({ actions }: Pick<Rule, 'actions'>): string[] {
	const words: string[] = [];
	if (actions.open_case === true) words.push(m.rule_then_open());
	if (actions.open_case === false) words.push(m.rule_then_keep());
	const department = directory.departmentName(actions.department_id);
	if (department) words.push(m.rule_then_department({ department }));
	if (actions.priority) {
		words.push(m.rule_then_priority({ priority: priorityName(actions.priority).toLowerCase() }));
	}
	if (actions.tags?.length) words.push(m.rule_then_tags({ tags: actions.tags.join(', ') }));
	return words;
}
