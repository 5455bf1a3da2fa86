import type { Component } from 'svelte';
import { m } from '$lib/paraglide/messages.js';
import { session } from '$lib/state/session.svelte.ts';

interface SettingsPage {
	key: string;
	label: () => string;
	for: 'everybody' | 'supervisors' | 'administrators';
	load: () => Promise<{ default: Component }>;
}

const all: SettingsPage[] = [
	{
		key: 'profile',
		label: m.settings_profile,
		for: 'everybody',
		load: () => import('./ProfileSettings.svelte')
	},
	{
		key: 'tokens',
		label: m.settings_tokens,
		for: 'everybody',
		load: () => import('./TokenSettings.svelte')
	},
	{
		key: 'canned',
		label: m.settings_canned,
		for: 'supervisors',
		load: () => import('./CannedSettings.svelte')
	},
	{
		key: 'words',
		label: m.settings_words,
		for: 'supervisors',
		load: () => import('./WordSettings.svelte')
	},
	{
		key: 'policy',
		label: m.settings_policy,
		for: 'supervisors',
		load: () => import('./PolicySettings.svelte')
	},
	{
		key: 'departments',
		label: m.settings_departments,
		for: 'administrators',
		load: () => import('./DepartmentSettings.svelte')
	},
	{
		key: 'users',
		label: m.settings_users,
		for: 'administrators',
		load: () => import('./UserSettings.svelte')
	},
	{
		key: 'company',
		label: m.settings_company,
		for: 'administrators',
		load: () => import('./CompanySettings.svelte')
	},
	{
		key: 'sample',
		label: m.settings_sample,
		for: 'administrators',
		load: () => import('./SampleSettings.svelte')
	},
	{
		key: 'audit',
		label: m.settings_audit,
		for: 'administrators',
		load: () => import('./AuditSettings.svelte')
	}
];

/** The settings the signed-in person may see. */
export function settingsPages(): SettingsPage[] {
	return all.filter(
		(page) =>
			page.for === 'everybody' ||
			session.administers ||
			(page.for === 'supervisors' && session.supervises)
	);
}
