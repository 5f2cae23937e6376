import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../../../dist/react', import.meta.url));

/** The browser client is the other entry of the package: both share one copy of it. */
const BROWSER_CLIENT = '../browser/frame-streamer.js';

/** Builds `frame-streamer/react` as one file that imports React and `frame-streamer/browser`. */
export default defineConfig({
  root: folder,
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    lib: { entry: 'stream-viewer.tsx', formats: ['es'], fileName: () => 'frame-streamer-react.js' },
    rolldownOptions: {
      external: [/^react($|\/)/, /\/browser\/connect\.(js|ts)$/],
      output: { paths: (id) => (/\/browser\/connect\.(js|ts)$/.test(id) ? BROWSER_CLIENT : id) },
    },
  },
});
