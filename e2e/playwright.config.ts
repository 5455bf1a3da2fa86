import { defineConfig } from '@playwright/test';

// One browser at a time, the system's own: nothing is downloaded. Each test file starts its own server.
export default defineConfig({
	testDir: 'tests',
	outputDir: 'results',
	// For machines that do other things too; alone, the longest takes a third of it.
	timeout: 120_000,
	expect: { timeout: 15_000 },
	workers: Number(process.env.E2E_WORKERS ?? 1),
	forbidOnly: true,
	reporter: [['list']],
	use: {
		locale: 'es-CO',
		timezoneId: 'America/Bogota',
		screenshot: 'only-on-failure',
		// Writing a trace doubles the time: asked for when something has to be understood.
		trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
		launchOptions: {
			executablePath: process.env.TERTULIA_CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-background-networking',
				'--disable-component-update'
			]
		}
	}
});
