/** Bytes in the largest unit that keeps the number readable. */
export function fileSize(bytes: number, locale: string): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
	let size = bytes;
	let unit = 0;
	while (size >= 1000 && unit < units.length - 1) {
		size /= 1000;
		unit += 1;
	}
	return new Intl.NumberFormat(locale, {
		style: 'unit',
		unit: units[unit],
		unitDisplay: 'narrow',
		maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0
	}).format(size);
}

/** Whether a media type is among accepted ones ("image/*", "*\/*", "video/mp4"). */
export function typeAccepted(mime: string, accepted: string[]): boolean {
	return accepted.some((pattern) => {
		if (pattern === '*/*' || pattern === mime) return true;
		return pattern.endsWith('/*') && mime.startsWith(pattern.slice(0, -1));
	});
}
