import { expect, it } from 'vitest';
import { sendingName } from '$lib/text/labels.ts';
import { actOn, toneOf } from './sending.ts';

it.each([
	['queued', undefined, undefined],
	['sending', undefined, undefined],
	['sent', undefined, undefined],
	['delivered', undefined, undefined],
	['cancelled', undefined, undefined],
	['retrying', 'unsure', 'retry'],
	['unknown', 'unsure', undefined],
	['stuck', 'unsure', 'check'],
	['rejected', 'bad', 'retry'],
	['failed', 'bad', 'rewrite']
])('an answer that is %s', (state, tone, act) => {
	expect([toneOf(state), actOn(state)]).toEqual([tone, act]);
	expect(sendingName(state)).not.toBe(state);
});
