/** The time as screens show it: moves every 15 seconds, every second while somebody counts down. */
class ScreenClock {
	now = $state(Date.now());
	#counting = 0;
	#timer: ReturnType<typeof setInterval> | undefined;

	start(): () => void {
		this.#set();
		const wake = () => (this.now = Date.now());
		document.addEventListener('visibilitychange', wake);
		return () => {
			clearInterval(this.#timer);
			document.removeEventListener('visibilitychange', wake);
		};
	}

	/** Moves every second until the returned function is called. */
	countSeconds(): () => void {
		this.#counting += 1;
		this.#set();
		return () => {
			this.#counting -= 1;
			this.#set();
		};
	}

	#set() {
		clearInterval(this.#timer);
		this.now = Date.now();
		this.#timer = setInterval(() => (this.now = Date.now()), this.#counting > 0 ? 1000 : 15_000);
	}
}

export const clock = new ScreenClock();
