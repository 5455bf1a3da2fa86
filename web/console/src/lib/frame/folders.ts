import CheckCheck from '@lucide/svelte/icons/check-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Clock from '@lucide/svelte/icons/clock';
import Folder from '@lucide/svelte/icons/folder';
import Layers from '@lucide/svelte/icons/layers';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Glyph } from '$lib/ui/glyph.ts';
import { m } from '$lib/paraglide/messages.js';
import { care } from '$lib/state/care.svelte.ts';
import { directory } from '$lib/state/directory.svelte.ts';
import { session } from '$lib/state/session.svelte.ts';

export interface InboxFolder {
	/** As it stands in the address: `mine`, `d-complaints`. */
	key: string;
	name: string;
	icon: Glyph;
	count?: number;
	/** Something here waits for this person. */
	calls?: boolean;
	departmentId?: string;
}

const DEPARTMENT = 'd-';

/** Folders of the inbox in order, with the departments the person belongs to (all, for supervisors). */
export function inboxFolders(): InboxFolder[] {
	const counts = care.counts;
	const own = new Set(session.me.department_ids);
	const departments = directory.departments
		.filter((department) => session.supervises || own.has(department.id))
		.map((department) => ({
			key: DEPARTMENT + department.key,
			name: directory.departmentName(department.id) ?? department.key,
			icon: Folder,
			count: counts?.departments.find((one) => one.department_id === department.id)?.open,
			departmentId: department.id
		}));
	return [
		{ key: 'mine', name: m.folder_mine(), icon: UserRound, count: counts?.mine, calls: true },
		{
			key: 'unassigned',
			name: m.folder_unassigned(),
			icon: CircleDashed,
			count: counts?.unassigned
		},
		...departments,
		{ key: 'all', name: m.folder_all(), icon: Layers, count: counts?.all },
		{ key: 'snoozed', name: m.folder_snoozed(), icon: Clock, count: counts?.snoozed },
		{ key: 'done', name: m.folder_done(), icon: CheckCheck }
	];
}

/** What the API is asked for a folder of the address. */
export function folderQuery(key: string): { folder: string; department_id?: string } | undefined {
	if (!key.startsWith(DEPARTMENT)) return { folder: key };
	const department = directory.departments.find((one) => DEPARTMENT + one.key === key);
	return department ? { folder: 'department', department_id: department.id } : undefined;
}

/** Counts stop at 1,000. */
export const countText = (count: number) => (count > 999 ? '999+' : String(count));
