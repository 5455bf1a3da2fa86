import { ApiProblem } from '@tertulia/api-client';
import { m } from '$lib/paraglide/messages.js';
import { problemText } from '$lib/text/problems.ts';

export interface Toast {
	id: number;
	text: string;
	detail?: string;
	tone: 'plain' | 'good' | 'bad';
	action?: { label: string; run: () => void };
	/** Counts down to this instant (undo). */
	until?: number;
}

class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;

	show(toast: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }, stay = 5000): number {
		const id = this.#next++;
		this.list = [...this.list.slice(-3), { tone: 'plain', ...toast, id }];
		setTimeout(() => this.close(id), toast.until ? toast.until - Date.now() : stay);
		return id;
	}

	close(id: number) {
		this.list = this.list.filter((toast) => toast.id !== id);
	}

	good(text: string) {
		this.show({ text, tone: 'good' });
	}

	/** Says what went wrong; errors that are no problems of the server are bugs and go to the console too. */
	fail(error: unknown, text?: string) {
		if (error instanceof DOMException && error.name === 'AbortError') return;
		if (!(error instanceof ApiProblem)) console.error(error);
		const problem = error instanceof ApiProblem ? problemText(error) : m.problem_unexpected();
		this.show(text ? { text, detail: problem, tone: 'bad' } : { text: problem, tone: 'bad' }, 8000);
	}
}

export const toasts = new Toasts();
