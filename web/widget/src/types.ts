/** What the server speaks; the same names as in the API's description. */

export interface ChatSettings {
	company: string;
	greeting: string;
	color: string;
	ask_email: boolean;
}

export interface ChatVisit {
	visitor: string;
	company: string;
	greeting: string;
	color: string;
}

export interface ChatFile {
	id: string;
	path: string;
	name: string;
	mime: string;
	size: number;
}

export interface ChatMessage {
	id: string;
	from: 'visitor' | 'agent';
	name: string | null;
	text: string;
	at: string;
	files: ChatFile[];
}

/** A message that waits for the server: the id is ours, so that sending it twice sends it once. */
export interface Waiting {
	id: string;
	text: string;
	at: string;
	files: ChatFile[];
	/** The server refused it for good. */
	refused?: string;
}

/** What a visitor tells before the first message. */
export interface Introduction {
	name: string;
	email: string;
}
