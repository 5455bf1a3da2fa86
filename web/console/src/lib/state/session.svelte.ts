import type { Me, MeChange, Session } from '@tertulia/api-client';
import { api } from './api.ts';
import { preferences } from './preferences.svelte.ts';

/** Who is signed in, and what they may do. */
class SignedIn {
	current = $state<Session | undefined>(undefined);

	get me(): Me {
		if (!this.current) throw new Error('asked for the user before signing in');
		return this.current.user;
	}
	get administers(): boolean {
		return this.current?.user.role === 'administrator';
	}
	get supervises(): boolean {
		return this.administers || this.current?.user.role === 'supervisor';
	}

	take(session: Session) {
		this.current = session;
		this.#adopt(session.user);
	}

	async change(change: MeChange): Promise<void> {
		const user = await api.patch<Me>('/me', change);
		if (this.current) this.current = { ...this.current, user };
		this.#adopt(user);
	}

	#adopt(user: Me) {
		preferences.setLocale(user.locale);
		preferences.setTheme(user.theme);
		preferences.zone = user.zone ?? undefined;
	}
}

export const session = new SignedIn();
