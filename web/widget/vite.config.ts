import { defineConfig } from 'vitest/config';

// One file, no module loader: it is put into pages we do not know.
export default defineConfig({
	build: {
		target: 'es2022',
		lib: {
			entry: 'src/main.ts',
			formats: ['iife'],
			name: 'tertuliaChat',
			fileName: () => 'widget.js'
		},
		reportCompressedSize: true
	},
	test: { include: ['test/**/*.test.ts'], environment: 'node' }
});
