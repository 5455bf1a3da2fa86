import { describe, expect, it } from 'vitest';
import type { Labels } from '@tertulia/api-client';
import { choiceOf, difference, isWhole, nothing, pressed, said, toggleType } from './choice.ts';

const labels: Labels = {
	post_id: '1',
	language: { label: 'es', p: 0.99 },
	sentiment: { label: 'negative', p: 0.8 },
	types: [
		{ label: 'complaint', p: 0.9 },
		{ label: 'question', p: 0.6 }
	],
	audience: { label: 'about', p: 0.7 },
	urgency: { score: 0.4, grounds: [] },
	unsure: false,
	topics: [],
	phrases: [],
	because: [],
	model: '1',
	corrected: []
};

describe('correcting labels', () => {
	it('never leaves a post without a type, and none of these stands alone', () => {
		expect(toggleType(['complaint'], 'complaint')).toEqual(['other']);
		expect(toggleType(['other'], 'praise')).toEqual(['praise']);
		expect(toggleType(['complaint', 'praise'], 'other')).toEqual(['other']);
	});

	it('reads keys by their place', () => {
		const choice = choiceOf(labels);
		expect(pressed(choice, '4')?.types).toEqual(['complaint', 'question', 'praise']);
		expect(pressed(choice, 'E')?.sentiment).toBe('positive');
		expect(pressed(choice, 'c')?.language).toBe('pt');
		expect(pressed(choice, 's')?.audience).toBe('about');
		expect(pressed(choice, 'j')).toBeUndefined();
	});

	it('begins with nothing where the person says first, and is whole without an audience', () => {
		const keys = (all: string) =>
			[...all].reduce((choice, key) => pressed(choice, key) ?? choice, nothing);
		expect(isWhole(keys('1q'))).toBe(false);
		expect(isWhole(keys('1qz'))).toBe(true);
		expect(said(keys('1qz'))).toEqual({
			types: ['complaint'],
			sentiment: 'negative',
			language: 'es'
		});
		expect(said(keys('1qza')).audience).toBe('us');
	});

	it('says only what differs', () => {
		const choice = choiceOf(labels);
		expect(difference(labels, { ...choice, types: ['question', 'complaint'] })).toBeUndefined();
		expect(difference(labels, { ...choice, sentiment: 'neutral' })).toEqual({
			sentiment: 'neutral'
		});
		expect(difference(labels, { ...choice, audience: 'us' })).toEqual({ audience: 'us' });
	});
});
