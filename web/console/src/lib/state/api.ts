import { createClient } from '@tertulia/api-client';
import { connection } from './connection.svelte.ts';
import { preferences } from './preferences.svelte.ts';

let whenSignedOut: (() => void) | undefined;

/** What to do when the server says that nobody is signed in any more. */
export function onSignedOut(action: () => void): void {
	whenSignedOut = action;
}

export const api = createClient({
	language: () => preferences.locale,
	onUnauthenticated: () => whenSignedOut?.(),
	onReach: (reached) => connection.reached(reached)
});
