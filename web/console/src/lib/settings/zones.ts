/** IANA zones the browser knows, with the one in use even when it does not. */
export function zones(used?: string | null): string[] {
	const known = Intl.supportedValuesOf('timeZone');
	return used && !known.includes(used) ? [used, ...known] : known;
}
