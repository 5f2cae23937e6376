import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The library as one file, which the server also gives out as /client.js. */
export default defineConfig({
  root: path('.'),
  build: {
    outDir: path('../../../dist/browser'),
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    lib: { entry: path('connect.ts'), formats: ['es'], fileName: () => 'frame-streamer.js' },
    // By itself Vite leaves the white space in, for bundlers that nobody needs who takes /client.js as it is.
    rolldownOptions: { output: { minify: true } },
  },
});
