import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Pure logic only: no app around it, nothing to compile.
export default defineConfig({
	resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
