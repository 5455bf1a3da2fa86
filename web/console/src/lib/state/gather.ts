/** Runs an action once after a quiet moment, at the latest after `most`: many live updates, one fetch. */
export function gather(action: () => void, quiet = 250, most = 1500) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let first = 0;
	const run = () => {
		timer = undefined;
		first = 0;
		action();
	};
	return {
		call() {
			const now = Date.now();
			first ||= now;
			clearTimeout(timer);
			timer = setTimeout(run, Math.max(0, Math.min(quiet, first + most - now)));
		},
		cancel() {
			clearTimeout(timer);
			timer = undefined;
			first = 0;
		}
	};
}
