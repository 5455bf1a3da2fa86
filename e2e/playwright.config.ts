import { defineConfig } from '@playwright/test';

// One browser at a time, the system's own: nothing is downloaded. Each test file starts its own server.
export default defineConfig({
	testDir: 'tests',
	outputDir: 'results',
	timeout: 60_000,
	expect: { timeout: 10_000 },
	workers: Number(process.env.E2E_WORKERS ?? 1),
	forbidOnly: true,
	reporter: [['list']],
	use: {
		locale: 'es-CO',
		timezoneId: 'America/Bogota',
		screenshot: 'only-on-failure',
		trace: 'retain-on-failure',
		launchOptions: {
			executablePath: process.env.TERTULIA_CHROMIUM ?? '/usr/bin/chromium',
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
		}
	}
});
