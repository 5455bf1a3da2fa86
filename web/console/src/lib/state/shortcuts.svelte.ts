/** Whether a key press belongs to a field, a dialog or a menu and is none of ours. */
export function isTyping(event: KeyboardEvent): boolean {
	const target = event.target;
	if (!(target instanceof HTMLElement)) return false;
	return Boolean(
		target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable="true"]') ??
		target.closest('[role="dialog"], [role="menu"], [role="listbox"]')
	);
}

type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Listens to plain keys (`j`, `Enter`, `Shift+x`) outside fields; returns how to stop. */
export function onKeys(keys: Keys): () => void {
	const hear = (event: KeyboardEvent) => {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
		if (isTyping(event)) return;
		const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
		const action = keys[event.shiftKey ? `Shift+${name}` : name] ?? keys[event.key];
		if (!action) return;
		if (name === 'Enter' && (event.target as HTMLElement).closest('a, button')) return;
		event.preventDefault();
		action(event);
	};
	document.addEventListener('keydown', hear);
	return () => document.removeEventListener('keydown', hear);
}

/** Layers that any screen may open. */
class Layers {
	command = $state(false);
	help = $state(false);
	more = $state(false);
}

export const layers = new Layers();
