import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The package is linked into node_modules: both have to use the same React.
  resolve: { dedupe: ['react', 'react-dom'] },
});
