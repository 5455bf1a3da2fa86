/** A company's web site with a page that embeds the chat, on an origin of its own. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Site {
	private constructor(
		private readonly server: HttpServer,
		readonly origin: string
	) {}

	/** Serves one page; `policy` is its Content-Security-Policy, if it has one. */
	static async start(script: () => string, policy?: () => string): Promise<Site> {
		const server = createServer((_, response) => {
			response.setHeader('content-type', 'text/html; charset=utf-8');
			if (policy) response.setHeader('content-security-policy', policy());
			response.end(
				`<!doctype html><html lang="es"><title>Alba</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>button { all: unset; color: red }</style>
				<h1>Aerolínea Alba</h1><p>Nada que ver aquí.</p>${script()}</html>`
			);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return new Site(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
