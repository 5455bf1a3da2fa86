/** The browser's own memory, which may be closed to us or full: then things are simply not remembered. */
export function recall(key: string): string | undefined {
	try {
		return localStorage.getItem(`tertulia.${key}`) ?? undefined;
	} catch {
		return undefined;
	}
}

export function remember(key: string, value: string | undefined): void {
	try {
		if (value === undefined) localStorage.removeItem(`tertulia.${key}`);
		else localStorage.setItem(`tertulia.${key}`, value);
	} catch {
		// Nothing to do: the value lives until the page closes.
	}
}
