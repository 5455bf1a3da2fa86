/** Every word of the widget, in its three languages. */

const es = {
	open: 'Abrir el chat',
	openUnread: 'Abrir el chat, mensajes nuevos: {n}',
	close: 'Cerrar el chat',
	title: 'Chat',
	log: 'Mensajes',
	write: 'Escribe un mensaje',
	send: 'Enviar',
	attach: 'Adjuntar un archivo',
	remove: 'Quitar {name}',
	download: 'Descargar {name}',
	picture: 'Imagen: {name}',
	you: 'Tú',
	waiting: 'En espera de conexión',
	sending: 'Enviando…',
	delivered: 'Entregado',
	seen: 'Visto',
	refused: 'No se pudo enviar',
	again: 'Reintentar',
	discard: 'Descartar',
	typing: 'Escribiendo…',
	offline: 'Sin conexión. Lo que escribas se enviará cuando vuelva.',
	introduce: 'Antes de empezar',
	name: 'Tu nombre (opcional)',
	email: 'Tu correo (opcional)',
	emailWhy: 'Para responderte si te vas.',
	begin: 'Empezar',
	tooLarge: '«{name}» pesa más de 10 MB.',
	tooMany: 'Hasta 5 archivos por mensaje.',
	tooLong: 'El mensaje pasa de 4000 caracteres.',
	uploadFailed: 'No se pudo subir «{name}». Inténtalo de nuevo.',
	uploadRefused: '«{name}» no se puede enviar: está vacío o no se puede leer.',
	uploadSlow:
		'«{name}» tarda demasiado en subir. Prueba con un archivo más pequeño o con otra conexión.',
	uploadWait: 'Envía antes los archivos que ya agregaste, o espera unos minutos.',
	uploading: 'Subiendo {name}…',
	fileFailed: 'No se pudo abrir el archivo. Inténtalo de nuevo.',
	unavailable: 'El chat no está disponible en este momento.',
	today: 'Hoy'
};

export type Text = keyof typeof es;
export type Lang = 'es' | 'en' | 'pt';

const en: Record<Text, string> = {
	open: 'Open the chat',
	openUnread: 'Open the chat, new messages: {n}',
	close: 'Close the chat',
	title: 'Chat',
	log: 'Messages',
	write: 'Write a message',
	send: 'Send',
	attach: 'Attach a file',
	remove: 'Remove {name}',
	download: 'Download {name}',
	picture: 'Picture: {name}',
	you: 'You',
	waiting: 'Waiting for a connection',
	sending: 'Sending…',
	delivered: 'Delivered',
	seen: 'Seen',
	refused: 'Could not be sent',
	again: 'Try again',
	discard: 'Discard',
	typing: 'Typing…',
	offline: 'No connection. What you write is sent when it is back.',
	introduce: 'Before we start',
	name: 'Your name (optional)',
	email: 'Your e-mail (optional)',
	emailWhy: 'So that we can answer if you leave.',
	begin: 'Start',
	tooLarge: '“{name}” is larger than 10 MB.',
	tooMany: 'At most 5 files in one message.',
	tooLong: 'The message is longer than 4,000 characters.',
	uploadFailed: '“{name}” could not be uploaded. Try again.',
	uploadRefused: '“{name}” can not be sent: it is empty or can not be read.',
	uploadSlow: '“{name}” takes too long to upload. Try a smaller file or another connection.',
	uploadWait: 'Send the files you already added first, or wait a few minutes.',
	uploading: 'Uploading {name}…',
	fileFailed: 'The file could not be opened. Try again.',
	unavailable: 'The chat is not available right now.',
	today: 'Today'
};

const pt: Record<Text, string> = {
	open: 'Abrir o chat',
	openUnread: 'Abrir o chat, mensagens novas: {n}',
	close: 'Fechar o chat',
	title: 'Chat',
	log: 'Mensagens',
	write: 'Escreva uma mensagem',
	send: 'Enviar',
	attach: 'Anexar um arquivo',
	remove: 'Remover {name}',
	download: 'Baixar {name}',
	picture: 'Imagem: {name}',
	you: 'Você',
	waiting: 'Aguardando conexão',
	sending: 'Enviando…',
	delivered: 'Entregue',
	seen: 'Visto',
	refused: 'Não foi possível enviar',
	again: 'Tentar de novo',
	discard: 'Descartar',
	typing: 'Digitando…',
	offline: 'Sem conexão. O que você escrever será enviado quando ela voltar.',
	introduce: 'Antes de começar',
	name: 'Seu nome (opcional)',
	email: 'Seu e-mail (opcional)',
	emailWhy: 'Para responder se você sair.',
	begin: 'Começar',
	tooLarge: '“{name}” tem mais de 10 MB.',
	tooMany: 'Até 5 arquivos por mensagem.',
	tooLong: 'A mensagem passa de 4000 caracteres.',
	uploadFailed: 'Não foi possível enviar “{name}”. Tente de novo.',
	uploadRefused: '“{name}” não pode ser enviado: está vazio ou não pode ser lido.',
	uploadSlow: '“{name}” demora demais para enviar. Tente um arquivo menor ou outra conexão.',
	uploadWait: 'Envie antes os arquivos já adicionados ou espere alguns minutos.',
	uploading: 'Enviando {name}…',
	fileFailed: 'Não foi possível abrir o arquivo. Tente de novo.',
	unavailable: 'O chat não está disponível no momento.',
	today: 'Hoje'
};

export const catalogues: Record<Lang, Record<Text, string>> = { es, en, pt };

/** The first of these that we speak; Spanish when none. */
export function chooseLang(wishes: readonly (string | null | undefined)[]): Lang {
	for (const wish of wishes) {
		const lang = wish?.slice(0, 2).toLowerCase();
		if (lang === 'es' || lang === 'en' || lang === 'pt') return lang;
	}
	return 'es';
}

export type Say = (text: Text, values?: Record<string, string | number>) => string;

export function speaker(lang: Lang): Say {
	return (text, values = {}) =>
		catalogues[lang][text].replace(/\{(\w+)\}/g, (whole, key: string) =>
			key in values ? String(values[key]) : whole
		);
}
