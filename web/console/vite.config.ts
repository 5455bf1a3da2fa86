import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const server = process.env.TERTULIA_SERVER ?? 'http://127.0.0.1:8080';

/** Messages of screens few people open: they are not part of the first load. */
const BACK_OFFICE =
	/paraglide\/messages\/(audit|bench|builder|canned_[bensv]|channels?_|company|cost|departments?_|estimate|first_steps|folder_(mon|mov|to)|grammar|guide|match_|monitors?_|noise|pass_|people_|policy|preview|quarantine|role_help|rules?_|sample|secret|similar|tokens?_|users_|user_[lnr]|user_invite\.|version|zone|command_[a-np-z]|settings_[act-z])/u;

/** Drawings that only those screens show. */
const BACK_OFFICE_ICONS =
	/@lucide\/svelte\/dist\/icons\/(arrow-down|arrow-up|chevron-right|circle-pause|eye-off|flask-conical|history|key-round|lightbulb|pencil|play|plug-zap|sparkles|undo-2|user-round-x)\./u;

/** Parts of doors, forms and dialogs: not part of the first load either. */
const LATER =
	/src\/lib\/(?:ui\/(?:CheckList|Confirm|CopyText|Field|Menu|Missing|PageFrame|Sheet|Switch|Tabs|TagEditor|TermList)|frame\/(?:DoorFrame|MoreSheet|SetupFormScreen|ShortcutHelp|SignInForm))\.svelte/u;

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
			localStorageKey: 'tertulia.locale'
		}),
		sveltekit()
	],
	server: {
		host: '127.0.0.1',
		proxy: { '/api': server, '/chat': server }
	},
	build: {
		target: 'es2022',
		rolldownOptions: {
			output: {
				// Hundreds of tiny modules (one a message, one an icon) travel in a few files.
				codeSplitting: {
					groups: [
						{ name: 'icons-back-office', test: BACK_OFFICE_ICONS, priority: 2 },
						{ name: 'icons', test: /@lucide/u, priority: 1 },
						{ name: 'words-back-office', test: BACK_OFFICE, priority: 2 },
						{ name: 'words', test: /lib\/paraglide\//u, priority: 1 },
						{ name: 'parts-later', test: LATER, priority: -1 },
						{
							name: 'parts',
							test: (id) => /src\/lib\/(ui|state|frame)\//u.test(id) && !LATER.test(id)
						}
					]
				}
			}
		}
	}
});
