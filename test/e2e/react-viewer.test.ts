import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type PreviewServer, build, preview } from 'vite';
import { ChromiumOfTest, hasChromium, watchFaults } from '../helpers/chromium.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { until } from '../helpers/until.js';
import { WebInterfacePage } from '../helpers/web-interface-page.js';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/react-viewer', import.meta.url));
const COMPONENT = fileURLToPath(new URL('../../dist/react/frame-streamer-react.js', import.meta.url));

// React's development build: only there does StrictMode run every effect twice.
describe.skipIf(!hasChromium())('the example of the React component, in StrictMode', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let server: ServerProcess;
  let pages: PreviewServer;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'react-viewer-'));
    pages = await buildAndServe(folder);
    const origin = ['--cors-origin', new URL(addressOf(pages)).origin];
    const streams = ['door=test:testsrc?size=320x180&fps=15', 'hall=test:life?size=320x180&fps=15'];
    chromium = await parts.keep(ChromiumOfTest.start());
    server = await parts.keep(ServerProcess.start(['--http-port', '0', ...streams, ...origin]));
  });
  afterAll(async () => {
    await parts.stop();
    await pages.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(query = ''): Promise<{ page: Page; ui: WebInterfacePage; errors: string[] }> {
    const page = await chromium.open();
    onTestFinished(() => page.context().close());
    const base = addressOf(pages);
    const { errors } = watchFaults(page, base);
    await page.goto(`${base}?server=http://127.0.0.1:${server.httpPort}${query}`);
    return { page, ui: new WebInterfacePage(page, base), errors };
  }

  it('shows the stream with figures, over one connection', async () => {
    const { page, ui, errors } = await open('&stream=hall');
    await ui.untilMoving(page);
    await page.getByText(/^\d+\.\d fps · .* · p50 [\d.]+ .* ± /).waitFor();
    await page.getByText(/^p50 \d+\.\d ms ± \d+\.\d ms$/).waitFor();
    expect(await page.getByRole('img', { name: 'Picture of hall', exact: true }).count()).toBe(1);
    expect(await watchersOf(server)).toEqual(['hall']);
    expect(errors.filter((text) => !text.includes('closed before the connection'))).toEqual([]);
  });

  it('leaves nothing behind when it is taken away, and comes back', async () => {
    const { page, ui } = await open();
    await ui.untilMoving(page);
    await page.getByLabel('Show').uncheck();
    await until(async () => (await watchersOf(server)).length === 0);
    await page.getByLabel('Show').check();
    await ui.untilMoving(page);
    expect(await watchersOf(server)).toEqual(['door']);
  });

  it('pauses without looking live, and changes its fit without a new connection', async () => {
    const { page, ui } = await open();
    await ui.untilMoving(page);
    await page.getByLabel('Pause').check();
    await ui.untilPicture(page, 'paused');
    await page.getByText(/^Picture is \d+ s old$/).waitFor();
    await until(async () => (await watchersOf(server)).length === 0);
    await page.getByLabel('Pause').uncheck();
    await ui.untilMoving(page);
    const [before] = await clientsOf(server);
    await page.getByLabel('Fit').selectOption('cover');
    await ui.untilMoving(page);
    expect((await clientsOf(server)).map(({ id }) => id)).toEqual([before?.id]);
  });

  it('draws as many pixels as the screen shows', async () => {
    const { page, ui } = await open();
    await ui.untilMoving(page);
    const drawn = page.locator('canvas');
    const sizeOf = (): Promise<readonly [number, number]> =>
      drawn.evaluate((canvas: HTMLCanvasElement) => [canvas.width, Math.round(canvas.clientWidth * devicePixelRatio)]);
    const [wide, wideShown] = await sizeOf();
    expect(wide).toBe(wideShown);
    await page.setViewportSize({ width: 400, height: 400 });
    await ui.untilMoving(page);
    const [narrow, narrowShown] = await sizeOf();
    expect(narrow).toBe(narrowShown);
    expect(narrow).toBeLessThan(wide);
  });
});

async function buildAndServe(outDir: string): Promise<PreviewServer> {
  const config = { root: EXAMPLE, configFile: false, mode: 'development', logLevel: 'silent' } as const;
  await build({
    ...config,
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { alias: { 'frame-streamer/react': COMPONENT } },
    build: { outDir, emptyOutDir: true, minify: false },
  });
  return preview({ ...config, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
}

function addressOf({ resolvedUrls }: PreviewServer): string {
  const [address] = resolvedUrls?.local ?? [];
  if (address === undefined) throw new Error('the example is not served');
  return address;
}

async function clientsOf(server: ServerProcess): Promise<{ id: string; streams: { stream: string }[] }[]> {
  const response = await fetch(`http://127.0.0.1:${server.httpPort}/api/clients`);
  return ((await response.json()) as { clients: { id: string; streams: { stream: string }[] }[] }).clients;
}

/** Which streams are watched, once for each who watches. */
async function watchersOf(server: ServerProcess): Promise<string[]> {
  return (await clientsOf(server)).flatMap(({ streams }) => streams.map(({ stream }) => stream));
}
