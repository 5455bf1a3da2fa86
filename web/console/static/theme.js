// Runs before anything is drawn, so that a dark screen never flashes light.
// <html data-shade> is what the tokens listen to; the console asks for a new look with a `tertulia:theme` event.
(() => {
	const system = matchMedia('(prefers-color-scheme: dark)');
	const read = (key) => {
		try {
			return localStorage.getItem(key);
		} catch {
			return null;
		}
	};
	const apply = () => {
		const theme = read('tertulia.theme');
		const dark = theme === 'dark' || (theme !== 'light' && system.matches);
		document.documentElement.dataset.shade = dark ? 'dark' : 'light';
	};
	apply();
	system.addEventListener('change', apply);
	addEventListener('tertulia:theme', apply);
	const locale = read('tertulia.locale');
	if (locale) document.documentElement.lang = locale;
})();
