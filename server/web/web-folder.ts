import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../shared/package-info.js';

/** Where what browsers load was built to. */
export interface WebFiles {
  /** Folder of the web interface. */
  readonly folder: string;
  /** The browser client as one ES module. */
  readonly client: string;
}

export const WEB_FILES: WebFiles = {
  folder: join(PACKAGE_ROOT, 'dist', 'web'),
  client: join(PACKAGE_ROOT, 'dist', 'browser', 'frame-streamer.js'),
};

/** What is served in its place when it was not built. */
export const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>frame-streamer</title>
<h1>The web interface was not built</h1>
<p>Run <code>npm run build</code> in the folder of frame-streamer, then load this page again.</p>
<p>The <a href="api">API</a> works without it.</p>
</html>
`;

/** Whether the web interface was built. */
export function isWebBuilt(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}
