/** What a person can do about an answer that did not simply arrive. */
export type SendingAct = 'retry' | 'check' | 'rewrite';

const acts: Record<string, SendingAct> = {
	retrying: 'retry',
	rejected: 'retry',
	// It may be there: the server looks first and sends only what is missing.
	stuck: 'check',
	// It left and came back: the same again would come back too, so a new answer is written.
	failed: 'rewrite'
};

export const actOn = (state: string): SendingAct | undefined => acts[state];

/** How much it should worry: it is known not to be there, or nobody knows. */
export function toneOf(state: string): 'bad' | 'unsure' | undefined {
	if (state === 'rejected' || state === 'failed') return 'bad';
	if (state === 'retrying' || state === 'unknown' || state === 'stuck') return 'unsure';
	return undefined;
}
