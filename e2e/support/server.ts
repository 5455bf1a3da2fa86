/**
 * A server of a test's own: the real program on a free port, with a data folder that goes when it stops.
 *
 * `TERTULIA_PROGRAM` names the program; otherwise it is the debug build of this checkout.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api } from './api';

const BINARY =
	process.env.TERTULIA_PROGRAM ??
	fileURLToPath(new URL('../../target/debug/tertulia', import.meta.url));

export const PASSWORD = 'mar y montaña 8';

export type Role = 'administrator' | 'supervisor' | 'agent';

export class Server {
	private constructor(
		readonly data: string,
		private process: ChildProcess,
		/** `http://127.0.0.1:PORT`; the same after a restart. */
		readonly base: string,
		/** What it printed at its first start: the link that makes the administrator. */
		readonly said: string
	) {}

	/** Starts on a free port with an empty data folder. */
	static async start(): Promise<Server> {
		const data = await mkdtemp(join(tmpdir(), 'tertulia-e2e-'));
		const { process, base, said } = await serve(data, '127.0.0.1:0');
		return new Server(data, process, base, said);
	}

	/** Kills it without a word (`kill -9`) and starts it again on the same data and port. */
	async crash(): Promise<void> {
		await end(this.process, 'SIGKILL');
		this.process = (await serve(this.data, new URL(this.base).host)).process;
	}

	/** Stops without starting again; `resume` starts. */
	async pause(): Promise<void> {
		await end(this.process, 'SIGTERM');
	}

	async resume(): Promise<void> {
		this.process = (await serve(this.data, new URL(this.base).host)).process;
	}

	async stop(): Promise<void> {
		await end(this.process, 'SIGTERM');
		await rm(this.data, { recursive: true, force: true });
	}

	/** Runs the program's command line on this server's data; returns what it printed. */
	async run(args: string[], input = ''): Promise<string> {
		const child = spawn(BINARY, [...args, '--data', this.data], { env: environment() });
		child.stdin.end(input);
		const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
		if (child.exitCode !== 0) throw new Error(`tertulia ${args.join(' ')}: ${err || out}`);
		return out.trim();
	}

	/** Creates a user with `PASSWORD` and returns a client signed in as them. */
	async user(
		email: string,
		role: Role,
		options: { name?: string; departments?: string[] } = {}
	): Promise<Api> {
		const args = ['user', 'create', '--email', email, '--role', role, '--password-stdin'];
		if (options.name) args.push('--name', options.name);
		for (const department of options.departments ?? []) args.push('--department', department);
		await this.run(args, `${PASSWORD}\n`);
		const api = new Api(this.base);
		await api.signIn(email, PASSWORD);
		return api;
	}

	/** Pushes posts into a channel in a user's name; the status the server answers with. */
	async push(email: string, channel: string, posts: object[]): Promise<number> {
		const token = await this.token(email, 'push');
		const pushed = await fetch(`${this.base}/api/v1/posts`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({ channel, posts })
		});
		return pushed.status;
	}

	/** Creates a token for a user. */
	token(email: string, scopes: string): Promise<string> {
		return this.run(['token', 'create', '--user', email, '--name', 'e2e', '--scopes', scopes]);
	}
}

function environment(): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !name.startsWith('TERTULIA_') && name !== 'DATABASE_URL'
	);
	return Object.fromEntries(kept);
}

async function serve(
	data: string,
	listen: string
): Promise<{ process: ChildProcess; base: string; said: string }> {
	const child = spawn(BINARY, ['serve', '--data', data, '--listen', listen], {
		env: environment()
	});
	let said = '';
	const base = await new Promise<string>((resolve, reject) => {
		const hear = (piece: Buffer) => {
			said += piece.toString();
			const address = /^Tertulia: (http\S+)$/m.exec(said)?.[1];
			if (address) resolve(address);
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.on('error', reject);
		child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
		setTimeout(
			() => reject(new Error(`the server did not start within 30 s: ${said}`)),
			30_000
		).unref();
	});
	return { process: child, base, said };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = ended(child);
	child.kill(signal);
	await gone;
}

function ended(child: ChildProcess): Promise<void> {
	return new Promise((resolve) => child.once('close', () => resolve()));
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
	let all = '';
	for await (const piece of stream) all += piece.toString();
	return all;
}
