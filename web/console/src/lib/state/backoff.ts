/** Growing pauses between tries: doubling up to a ceiling, spread by a quarter so that clients don't march in step. */
export class Backoff {
	#tries = 0;

	constructor(
		private readonly first: number,
		private readonly most: number,
		private readonly random: () => number = Math.random
	) {}

	next(): number {
		const pause = Math.min(this.most, this.first * 2 ** this.#tries);
		this.#tries += 1;
		return Math.round(pause * (0.75 + this.random() / 2));
	}

	reset(): void {
		this.#tries = 0;
	}
}
