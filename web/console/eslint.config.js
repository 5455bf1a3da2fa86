import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'src/lib/paraglide/'] },
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser, ...globals.node } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig }
		}
	},
	{
		rules: {
			// TypeScript knows the names.
			'no-undef': 'off',
			'svelte/no-at-html-tags': 'error',
			'max-lines': ['error', { max: 400, skipBlankLines: true }],
			// Sets and parameters here are built, used and replaced whole; none is changed while it is shown.
			'svelte/prefer-svelte-reactivity': 'off',
			// A blank at the edge of a block is dropped unless it is said.
			'svelte/no-useless-mustaches': 'off',
			// The app lives at the root of its origin; links are plain paths.
			'svelte/no-navigation-without-resolve': 'off'
		}
	}
);
