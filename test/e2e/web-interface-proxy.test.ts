import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ChromiumOfTest, hasChromium, watchFaults } from '../helpers/chromium.js';
import { PathProxy } from '../helpers/path-proxy.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { WebInterfacePage } from '../helpers/web-interface-page.js';

describe.skipIf(!hasChromium())('the web interface under the path of a proxy', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let proxy: PathProxy;

  beforeAll(async () => {
    const server = await ServerProcess.start(['--http-port', '0', 'door=test:testsrc?size=320x180&fps=15'], {
      STREAMER_TOKEN: 'look',
      STREAMER_ADMIN_TOKEN: 'change',
    });
    await parts.keep(Promise.resolve(server));
    proxy = await parts.keep(PathProxy.start('/cameras/', server.httpPort));
    chromium = await parts.keep(ChromiumOfTest.start());
  });
  afterAll(() => parts.stop());

  it('asks for nothing beside that path: page, API, events, pictures and downloads', async () => {
    const page = await chromium.open();
    onTestFinished(() => page.context().close());
    const faults = watchFaults(page, proxy.address);
    const outside: string[] = [];
    const note = (url: string): void => {
      if (!/^(blob|data):/.test(url) && !new URL(url).pathname.startsWith('/cameras/')) outside.push(url);
    };
    page.on('request', (request) => note(request.url()));
    page.on('websocket', (socket) => note(socket.url()));
    const ui = new WebInterfacePage(page, proxy.address);
    await ui.open('', '?token=change');
    await ui.untilMoving(ui.tile('door'));
    expect(page.url()).toBe(proxy.address);
    await ui.tile('door').getByRole('link').click();
    await ui.untilMoving(page.locator('.stream-picture'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Snapshot' }).click(),
    ]);
    expect(await download.failure()).toBe(null);
    expect(outside).toEqual([]);
    expect(faults.foreignRequests).toEqual([]);
    expect(faults.errors.filter((text) => !text.includes('closed before the connection'))).toEqual([]);
  });
});
