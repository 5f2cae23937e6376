import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleetApp } from '../../server/fleet-app.js';
import { SystemClock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { ChromiumOfTest, hasChromium, seriousProblems } from '../helpers/chromium.js';
import { FakeFleet, fleetMember } from '../helpers/fake-fleet.js';
import { FleetProcess } from '../helpers/fleet-process.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { type MediamtxServer, requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { StartedParts } from '../helpers/started-parts.js';
import { openInterface } from '../helpers/web-interface-of-test.js';
import type { WebInterfacePage } from '../helpers/web-interface-page.js';

const row = (ui: WebInterfacePage, name: string) =>
  ui.page.getByRole('row').filter({ has: ui.page.getByRole('rowheader', { name, exact: true }) });

describe.skipIf(!hasChromium() || !requireMediamtx())('the page of a fleet that publishes to MediaMTX', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let mediamtx: MediamtxServer;
  let fleet: FleetProcess;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'publishers-page-'));
    chromium = await parts.keep(ChromiumOfTest.start());
    mediamtx = await parts.keep(startMediamtx());
    const limits = ['--max-cpu-percent', '100', '--max-memory-percent', '100'];
    const video = ['--video', 'test:bars?size=320x180&fps=15', '--streams', '2'];
    const args = [...video, ...limits, '--api-url', mediamtx.apiUrl];
    fleet = await parts.keep(FleetProcess.start(mediamtx.url(''), args, folder));
  });
  afterAll(async () => {
    await parts.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows how the publishers are, adds one, starts one anew and removes one', async () => {
    const ui = await openInterface(chromium, fleet);
    const { page } = ui;
    await ui.open();
    await page.getByRole('heading', { name: 'Publishers', level: 1 }).waitFor();
    expect(await page.title()).toBe('Publishers · frame-streamer');
    for (const name of ['stream-001', 'stream-002']) {
      await row(ui, name).getByText('Healthy', { exact: true }).waitFor();
      await row(ui, name)
        .getByText(/^1[45]\.\d of 15$/)
        .waitFor();
      // Nobody reads it, says MediaMTX.
      await row(ui, name).getByRole('cell').nth(8).getByText('0', { exact: true }).waitFor();
    }

    await page.getByRole('link', { name: 'Add publisher' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a publisher' });
    await dialog.getByLabel('Name').fill('stream-001');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').filter({ hasText: 'STREAM_EXISTS' }).waitFor();
    await dialog.getByLabel('Name').fill('extra');
    await dialog.getByLabel('Video').fill('test:bars?size=320x180&fps=15');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await row(ui, 'extra').getByText('Healthy', { exact: true }).waitFor();
    expect(await mediamtx.untilPath('extra')).toMatchObject({ tracks: ['H264'] });

    await page.getByRole('button', { name: 'Restart extra' }).click();
    // A connection made anew counts, and the video begins anew.
    await row(ui, 'extra').getByRole('cell').nth(6).getByText('1', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Remove extra' }).click();
    await page.getByRole('dialog', { name: 'Remove extra?' }).getByRole('button', { name: 'Remove publisher' }).click();
    await row(ui, 'extra').waitFor({ state: 'detached' });
    await mediamtx.untilGone('extra');
    expect(new URL(page.url()).hash).toBe('#/publishers');
  });

  it('says why it is not publishing while the server is away', async () => {
    const ui = await openInterface(chromium, fleet);
    await ui.open();
    await row(ui, 'stream-001').getByText('Healthy', { exact: true }).waitFor();
    await mediamtx.kill();
    await row(ui, 'stream-001').getByText('Waiting', { exact: true }).waitFor();
    await row(ui, 'stream-001').locator('.cell-note', { hasText: 'rtsp://' }).waitFor();
    await mediamtx.start();
    await row(ui, 'stream-001').getByText('Healthy', { exact: true }).waitFor();
  });
});

const PAGES = [
  { hash: '', ready: '.publishers' },
  { hash: '#/publishers/add', ready: 'dialog' },
  { hash: '#/publishers/stream-002/remove', ready: 'dialog' },
];

describe.skipIf(!hasChromium())('how the page of a fleet looks, and works without a mouse', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let server: { httpPort: number };

  beforeAll(async () => {
    const fleet = new FakeFleet('stream-001');
    fleet.notice = 'The processor is at 93 % of the machine: no more publishers are started.';
    const waiting = fleetMember('stream-002');
    const error = new StreamerError('PUBLISH_LOST', 'rtsp://192.0.2.10:8554/stream-002: the connection was closed.');
    const connection = { ...waiting.connection, state: 'waiting', error } as const;
    fleet.set({ ...waiting, health: 'waiting', fps: null, bitrateBps: null, server: null, connection });
    chromium = await parts.keep(ChromiumOfTest.start());
    server = await parts.keep(serve(fleet));
  });
  afterAll(() => parts.stop());

  it.each(['light', 'dark'] as const)('has nothing that axe calls serious: %s', async (colorScheme) => {
    const ui = await openInterface(chromium, server, { colorScheme });
    for (const { hash, ready } of PAGES) {
      await ui.open(hash);
      await ui.page.locator(ready).first().waitFor();
      expect(await seriousProblems(ui.page), hash).toEqual([]);
    }
  });

  it.each([320, 390])('fits into %i pixels of width', async (width) => {
    const ui = await openInterface(chromium, server, { viewport: { width, height: 740 } });
    for (const { hash, ready } of PAGES) {
      await ui.open(hash);
      await ui.page.locator(ready).first().waitFor();
      expect(await ui.overflowPx(), hash).toBe(0);
    }
  });

  it('works with the keyboard alone', async () => {
    const ui = await openInterface(chromium, server);
    const { page } = ui;
    await ui.open();
    await page.locator('.publishers').waitFor();
    const order: string[] = [];
    for (let stop = 0; stop < 7; stop += 1) {
      await page.keyboard.press('Tab');
      order.push(await ui.focused());
    }
    expect([...order.slice(0, 4), ...order.slice(5)]).toEqual([
      ...['Skip to content', 'frame-streamer', 'Publishers', 'Add publisher'],
      ...['Restart stream-001', 'Remove stream-001'],
    ]);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Remove stream-001?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await ui.focused()).toBe('Remove stream-001');
  });

  it('offers nothing to change to those who may only look', async () => {
    const guarded = await parts.keep(serve(new FakeFleet('stream-001'), { token: 'look', adminToken: 'change' }));
    const ui = await openInterface(chromium, guarded);
    await ui.open('', '?token=look');
    await ui.page.locator('.publishers').waitFor();
    await ui.page.getByText('Read only').waitFor();
    expect(await ui.page.getByRole('button', { name: /Restart|Remove/ }).count()).toBe(0);
    expect(await ui.page.getByRole('link', { name: /Add|Remove/ }).count()).toBe(0);
    await ui.open('#/publishers/add', '?token=look');
    await ui.page.locator('.publishers').waitFor();
    expect(await ui.page.getByRole('dialog').count()).toBe(0);
  });
});

/** The web side of a fleet, in this process. */
async function serve(fleet: FakeFleet, tokens: { token?: string; adminToken?: string } = {}) {
  const options = { httpPort: 0, host: '127.0.0.1', token: null, adminToken: null, ...tokens };
  const processFigures = () => ({ nodeVersion: 'v0', memoryBytes: 1, cpuSeconds: 1 });
  const { logger } = new LogOfTest();
  const app = await startFleetApp(fleet, options, {
    ...{ clock: new SystemClock(), logger, ffmpegPath: 'absent', processFigures },
  });
  return { httpPort: app.port, stop: () => app.stop() };
}
