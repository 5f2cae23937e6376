import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);

// The package is found by its own name, which works from the sources, from dist/ and from an installed copy alike.
const PACKAGE_JSON = 'frame-streamer/package.json';

/** Version of this package. */
export const VERSION: string = (require(PACKAGE_JSON) as { version: string }).version;

/** Folder of this package, where `videos/` lies. */
export const PACKAGE_ROOT: string = dirname(require.resolve(PACKAGE_JSON));
