/**
 * Reads a stream of server-sent events. The browser's own EventSource can't send the visitor's secret as a header,
 * and a secret does not belong in an address.
 */

export interface ServerEvent {
	event: string;
	data: string;
}

/** Cuts a stream of text into events; what is unfinished waits for the next piece. */
export class EventReader {
	private rest = '';
	private event = 'message';
	private data: string[] = [];

	push(piece: string): ServerEvent[] {
		const found: ServerEvent[] = [];
		const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
		this.rest = lines.pop() ?? '';
		for (const line of lines) {
			if (line === '') {
				if (this.data.length) found.push({ event: this.event, data: this.data.join('\n') });
				this.event = 'message';
				this.data = [];
				continue;
			}
			const colon = line.indexOf(':');
			if (colon === 0) continue;
			const field = colon < 0 ? line : line.slice(0, colon);
			const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
			if (field === 'event') this.event = value;
			else if (field === 'data') this.data.push(value);
		}
		return found;
	}
}
