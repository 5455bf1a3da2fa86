/** A customer with a mailbox: sends by SMTP, reads by IMAP, as their own mail program does. */
import { connect, type Socket } from 'node:net';
import type { Box, Places } from './peers';

export class Mailbox {
	constructor(
		private readonly servers: Places['mail'],
		readonly box: Box
	) {}

	/** Sends a message: headers, an empty line, the text. */
	async send(to: string, message: string): Promise<void> {
		const line = new Line(connect(this.servers.smtp_port, '127.0.0.1'));
		await line.until(/^220 /m);
		await line.say('EHLO [127.0.0.1]', /^250 /m);
		await line.say(`MAIL FROM:<${this.box.address}>`, /^250 /m);
		await line.say(`RCPT TO:<${to}>`, /^250 /m);
		await line.say('DATA', /^354 /m);
		await line.say(`${message.replace(/\r?\n/g, '\r\n')}\r\n.`, /^250 /m);
		await line.say('QUIT', /^221 /m);
		line.end();
	}

	/** Every message of the inbox as it is kept there. */
	async messages(): Promise<string[]> {
		const line = new Line(connect(this.servers.imap_port, '127.0.0.1'));
		await line.until(/^\* OK/m);
		await line.say(`a LOGIN ${this.box.address} ${this.box.password}`, /^a OK/m);
		const selected = await line.say('b EXAMINE INBOX', /^b OK/m);
		const count = Number(/^\* (\d+) EXISTS/m.exec(selected)?.[1] ?? 0);
		const found: string[] = [];
		for (let number = 1; number <= count; number++) {
			const said = await line.say(`m${number} FETCH ${number} BODY.PEEK[]`, (all) =>
				new RegExp(`^m${number} OK`, 'm').test(all)
			);
			found.push(said.slice(said.indexOf('\r\n') + 2));
		}
		await line.say('z LOGOUT', /^z OK/m);
		line.end();
		return found;
	}
}

/** A header's value, unfolded. */
export function header(message: string, name: string): string | undefined {
	const head = message.slice(0, message.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
	return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim();
}

/** The text of a message whatever way it is encoded: enough for one part or for the first text of several. */
export function textOf(message: string): string {
	const boundary = /boundary="?([^"\r\n;]+)/i.exec(message)?.[1];
	const part = boundary
		? (message
				.split(`--${boundary}`)
				.slice(1)
				.find((one) => /content-type: text\/plain/i.test(one)) ?? '')
		: message;
	const body = part.slice(part.indexOf('\r\n\r\n', 1) + 4);
	if (/content-transfer-encoding: base64/i.test(part))
		return Buffer.from(body.replace(/\s/g, ''), 'base64').toString('utf8');
	if (/content-transfer-encoding: quoted-printable/i.test(part))
		return Buffer.from(
			body
				.replace(/=\r\n/g, '')
				.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
			'latin1'
		).toString('utf8');
	return body;
}

/** One conversation over a socket: say a line, wait for the answer. */
class Line {
	private heard = '';
	private wake = () => {};
	private gone: Error | undefined;

	constructor(private readonly socket: Socket) {
		socket.setEncoding('utf8');
		socket.setTimeout(15_000, () => socket.destroy(new Error('the mail server fell silent')));
		socket.on('data', (piece: string) => {
			this.heard += piece;
			this.wake();
		});
		socket.on('error', (error) => {
			this.gone = error;
			this.wake();
		});
	}

	say(text: string, done: RegExp | ((heard: string) => boolean)): Promise<string> {
		this.heard = '';
		this.socket.write(`${text}\r\n`);
		return this.until(done);
	}

	async until(done: RegExp | ((heard: string) => boolean)): Promise<string> {
		const enough = typeof done === 'function' ? done : (all: string) => done.test(all);
		for (;;) {
			if (this.gone) throw this.gone;
			if (enough(this.heard)) return this.heard;
			if (/^(4|5)\d\d /m.test(this.heard)) throw new Error(`the mail server says ${this.heard}`);
			await new Promise<void>((resolve) => (this.wake = resolve));
		}
	}

	end(): void {
		this.socket.end();
	}
}
