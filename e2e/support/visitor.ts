/** A visitor of a web chat without a browser: for journeys that are about the other side. */
import type { Channel } from './api';
import type { Server } from './server';

/** Begins a visit and says one thing. */
export async function visit(
	server: Server,
	channel: Channel,
	text: string,
	who: { name?: string; email?: string; page?: string } = {}
): Promise<void> {
	const chat = `${server.base}/chat/${channel.number}`;
	const call = async (path: string, headers: Record<string, string>, body: unknown) => {
		const response = await fetch(`${chat}/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify(body)
		});
		if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
		return response;
	};
	const begun = await call('visit', {}, { ...who, lang: 'es' });
	const { visitor } = (await begun.json()) as { visitor: string };
	await call(
		'messages',
		{ authorization: `Visitor ${visitor}` },
		{ id: crypto.randomUUID(), text }
	);
}
