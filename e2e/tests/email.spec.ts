/** A customer's mail is answered from the console; the answer is read back from the customer's own mailbox. */
import { expect, test } from '@playwright/test';
import { answer, post, row, signIn } from '../support/console';
import { header, Mailbox, textOf } from '../support/mail';
import { Peers } from '../support/peers';
import { Server } from '../support/server';

let peers: Peers<'mail'>;
let server: Server;

test.beforeAll(async () => {
	[peers, server] = await Promise.all([Peers.start('mail'), Server.start()]);
});

test.afterAll(async () => {
	await server?.stop();
	await peers?.stop();
});

test('a mail is answered in its thread and the conversation goes on in one case', async ({
	page
}) => {
	const { mail } = peers.places;
	const api = await server.user('ines@alba.test', 'administrator', { name: 'Inés Carvajal' });
	await api.withoutUndo();
	await api.connect('email', 'Correo', {
		from_address: mail.company.address,
		from_name: 'Aerolínea Alba',
		user: mail.company.address,
		password: mail.company.password,
		imap_host: '127.0.0.1',
		imap_port: mail.imap_port,
		imap_security: 'plain',
		smtp_host: '127.0.0.1',
		smtp_port: mail.submission_port,
		smtp_security: 'plain'
	});
	await signIn(page, server, 'ines@alba.test');
	await page.getByRole('link', { name: /^Todas/ }).click();

	const marta = new Mailbox(mail, mail.customer);
	const from = `From: Marta Ruiz <${mail.customer.address}>\nTo: ${mail.company.address}`;
	const type = 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8';
	await marta.send(
		mail.company.address,
		`${from}\nSubject: Mi maleta\nMessage-ID: <maleta-1@clientes.test>\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\n${type}\n\nMi maleta no llegó con el vuelo 214.\n`
	);
	await expect(row(page, 'Mi maleta no llegó')).toBeVisible({ timeout: 30_000 });
	await row(page, 'Mi maleta no llegó').getByRole('link').click();
	await expect(post(page, 'Mi maleta no llegó con el vuelo 214.')).toBeVisible();
	await answer(
		page,
		/^Correo/,
		'Responder por correo',
		'Hola Marta: la maleta llega hoy a las 18:00 — ¿la llevamos?'
	);

	let received = '';
	await expect(async () => {
		received = (await marta.messages()).at(-1) ?? '';
		expect(textOf(received)).toContain('la maleta llega hoy a las 18:00 — ¿la llevamos?');
	}).toPass({ timeout: 30_000, intervals: [200, 500] });
	expect(header(received, 'In-Reply-To')).toBe('<maleta-1@clientes.test>');
	expect(header(received, 'References')).toContain('<maleta-1@clientes.test>');
	expect(header(received, 'From')).toContain(mail.company.address);
	expect(header(received, 'To')).toContain(mail.customer.address);
	expect(header(received, 'Subject')).toMatch(/^re: mi maleta$/i);
	await expect(post(page, 'llega hoy a las 18:00')).toContainText('Enviada');

	const id = header(received, 'Message-ID');
	await marta.send(
		mail.company.address,
		`${from}\nSubject: Re: Mi maleta\nMessage-ID: <maleta-2@clientes.test>\nIn-Reply-To: ${id}\nReferences: <maleta-1@clientes.test> ${id}\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\n${type}\n\nSí, a la calle 12.\n\nEl sábado, Aerolínea Alba escribió:\n> Hola Marta: la maleta llega hoy\n`
	);
	await expect(post(page, 'Sí, a la calle 12.')).toBeVisible({ timeout: 30_000 });
	// What she quoted is folded away, and nothing opened a second case.
	await expect(post(page, 'Sí, a la calle 12.').getByText('> Hola Marta')).toBeHidden();
	expect(await api.cases()).toHaveLength(1);
	expect((await marta.messages()).length).toBe(1);
});
