import type { BrowserContextOptions } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { type ChromiumOfTest, watchFaults } from './chromium.js';
import type { ServerProcess } from './server-process.js';
import { WebInterfacePage } from './web-interface-page.js';

/** A desk, if nothing else is said. */
const DESK = { width: 1440, height: 900 };
/** A browser reports every answer that is an error, and a picture that went out of view before it was connected. */
const EXPECTED =
  /^Failed to load resource: the server responded with a status of 4\d\d|closed before the connection is established/;

/** And connections that fail. */
const AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Connection closed before/;

/** What a test wants of the window; `isServerAway` when the server is to be away for a while. */
export type InterfaceOptions = BrowserContextOptions & { readonly isServerAway?: boolean };

/**
 * The web interface of a server in a window of its own, for the running test. At its end the page must have talked to
 * nobody but the server, and the console must hold no error, above all no violation of the content security policy.
 */
export async function openInterface(
  chromium: ChromiumOfTest,
  server: Pick<ServerProcess, 'httpPort'>,
  { isServerAway = false, ...options }: InterfaceOptions = {},
): Promise<WebInterfacePage> {
  const page = await chromium.open({ viewport: DESK, ...options });
  const base = `http://127.0.0.1:${server.httpPort}/`;
  const faults = watchFaults(page, base);
  onTestFinished(async () => {
    await page.context().close();
    expect(faults.foreignRequests).toEqual([]);
    expect(faults.errors.filter((text) => !EXPECTED.test(text) && !(isServerAway && AWAY.test(text)))).toEqual([]);
  });
  return new WebInterfacePage(page, base);
}
