/**
 * The foreign servers of the journeys, run by `tertulia-peers`: two servers that federate, one that
 * streams, mail servers.
 *
 * What customers see is read from here, from their own server, and never from ours.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BINARY =
	process.env.TERTULIA_PEERS_PROGRAM ??
	fileURLToPath(new URL('../../target/debug/tertulia-peers', import.meta.url));

export interface AccountPlace {
	base_url: string;
	handle: string;
	id: string;
	token: string;
}

export interface Box {
	address: string;
	password: string;
}

export interface Places {
	fediverse: { company: AccountPlace; customer: AccountPlace };
	mastodon_mock: { company: AccountPlace; customer: AccountPlace };
	mail: {
		company: Box;
		customer: Box;
		smtp_port: number;
		submission_port: number;
		imap_port: number;
	};
}

export class Peers<Name extends keyof Places> {
	private constructor(
		private readonly process: ChildProcess,
		readonly places: Pick<Places, Name>
	) {}

	/** Starts the named peers and waits until they answer. They end with this process, whatever happens to it. */
	static async start<Name extends keyof Places>(...names: Name[]): Promise<Peers<Name>> {
		const child = spawn(BINARY, ['run', ...names], { stdio: ['pipe', 'pipe', 'pipe'] });
		let complaint = '';
		child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
		const line = await new Promise<string>((resolve, reject) => {
			createInterface(child.stdout).once('line', resolve);
			child.once('error', reject);
			child.once('exit', (code) => reject(new Error(`the peers ended with ${code}: ${complaint}`)));
		});
		return new Peers(child, JSON.parse(line) as Pick<Places, Name>);
	}

	async stop(): Promise<void> {
		const gone = new Promise((resolve) => this.process.once('close', resolve));
		this.process.stdin?.end();
		await gone;
	}
}
