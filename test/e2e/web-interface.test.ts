import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChromiumOfTest, hasChromium, seriousProblems } from '../helpers/chromium.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { openInterface } from '../helpers/web-interface-of-test.js';
import type { WebInterfacePage } from '../helpers/web-interface-page.js';

describe.skipIf(!hasChromium() || !requireCamera())('the web interface', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let camera: MjpegCamera;
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'web-interface-'));
    chromium = await parts.keep(ChromiumOfTest.start());
    camera = await parts.keep(MjpegCamera.start({ size: '320x180' }));
    const yard = `yard=${camera.url('mjpeg?fps=15')}`;
    const door = 'door=test:testsrc?size=320x180&fps=15';
    server = await parts.keep(ServerProcess.start(['--http-port', '0', '--recordings', folder, door, yard]));
  });
  afterAll(async () => {
    await parts.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (): Promise<WebInterfacePage> => openInterface(chromium, server);

  it('shows all streams, moving, with their health and figures', async () => {
    const ui = await open();
    await ui.open();
    for (const name of ['door', 'yard']) {
      const tile = ui.tile(name);
      await ui.untilMoving(tile);
      await tile.getByText('Live', { exact: true }).waitFor();
      await tile.getByText(/^\d+\.\d$/).waitFor();
      await tile
        .locator('.error-bar', { hasText: /^ ± [\d.]+ (µs|ms)$/ })
        .first()
        .waitFor();
      expect(await tile.locator('.figure-item', { hasText: 'viewers' }).locator('dd').textContent()).toBe('1');
    }
  });

  it('says how old a picture is when its source falls silent, since when, and takes it back', async () => {
    const ui = await open();
    await ui.open();
    const tile = ui.tile('yard');
    await ui.untilPicture(tile, 'live');
    camera.mode('silent');
    await ui.untilPicture(tile, 'aging');
    expect(await tile.locator('[data-viewer-overlay]').textContent()).toMatch(/^\d+ s old$/);
    await tile.getByText(/^No signal since \d\d:\d\d:\d\d$/).waitFor();
    await tile.getByText(/^Picture is 3 s old$/).waitFor();
    await tile.getByText(/^Picture is 4 s old$/).waitFor();
    expect(await tile.locator('canvas').evaluate((canvas) => getComputedStyle(canvas).filter)).toContain('grayscale');
    await tile.getByText('Silent', { exact: true }).waitFor();
    camera.mode('live');
    await ui.untilPicture(tile, 'live');
    await ui.untilMoving(tile);
    expect(await tile.locator('[data-viewer-overlay]').count()).toBe(0);
    expect(await ui.page.getByRole('status').allTextContents()).toContain('yard: live.');
  });

  it('names a source that is gone, and why', async () => {
    const lost = await parts.keep(MjpegCamera.start());
    const url = lost.url('mjpeg?fps=15');
    const ui = await open();
    await ui.open();
    expect(await ui.page.evaluate(addStream, { name: 'lost', url })).toMatchObject({ name: 'lost' });
    await ui.untilMoving(ui.tile('lost'));
    await lost.kill();
    await ui.tile('lost').getByText('Offline', { exact: true }).waitFor();
    await ui
      .tile('lost')
      .getByText(/No signal since/)
      .waitFor();
    await ui
      .tile('lost')
      .getByText(/nothing listens there|127\.0\.0\.1/)
      .waitFor();
    await ui.page.evaluate(removeStream, 'lost');
    await ui.tile('lost').waitFor({ state: 'detached' });
  });

  it('stops pictures in a hidden tab, and goes on when it is seen again', async () => {
    const ui = await open();
    await ui.open();
    await ui.untilMoving(ui.tile('yard'));
    await ui.setHidden(true);
    await ui.untilPicture(ui.tile('yard'), 'paused');
    await ui.page.locator('.tile', { hasText: 'yard' }).getByText('0', { exact: true }).waitFor();
    expect(await ui.page.evaluate(watcherCount)).toBe(0);
    await ui.setHidden(false);
    await ui.untilMoving(ui.tile('yard'));
  });

  it('stops pictures that are off screen', async () => {
    const ui = await openInterface(chromium, server, { viewport: { width: 360, height: 300 } });
    await ui.open();
    await ui.untilMoving(ui.tile('door'));
    await ui.page.locator('.tile').last().scrollIntoViewIfNeeded();
    await ui.untilMoving(ui.tile('yard'));
    await ui.page.evaluate(() => document.body.style.setProperty('padding-top', '3000px'));
    await ui.page.evaluate(() => scrollTo(0, 0));
    await ui.untilPicture(ui.tile('yard'), 'paused');
    await ui.untilPicture(ui.tile('door'), 'paused');
  });

  it('adds a stream, with what is wrong at the field that is wrong, and removes it', async () => {
    const ui = await open();
    const { page } = ui;
    await ui.open();
    await page.getByRole('link', { name: 'Add stream' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a stream' });
    await dialog.getByLabel('Name', { exact: true }).fill('yard');
    await dialog.getByLabel('Source').fill('file:/etc/passwd');
    await dialog.getByRole('button', { name: 'Add stream' }).click();
    await dialog.locator('input[aria-invalid=true]').waitFor();
    await dialog.getByLabel('Source').fill(camera.url('mjpeg?fps=15'));
    await dialog.getByLabel('Name', { exact: true }).fill('yard');
    await dialog.getByRole('button', { name: 'Add stream' }).click();
    await dialog.getByText(/There is a stream yard already/).waitFor();
    expect(await ui.focused()).toBe('INPUT');
    await dialog.getByLabel('Name', { exact: true }).fill('garden');
    await dialog.getByRole('button', { name: 'Add stream' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ui.untilMoving(ui.tile('garden'));

    await ui.tile('garden').getByRole('link').click();
    await page.getByRole('heading', { name: 'garden', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Frames a second').fill('5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .locator('.settings .figure-item', { hasText: 'Frames a second' })
      .getByText('5', { exact: true })
      .waitFor();
    await page.getByRole('link', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove stream' }).click();
    await page.getByRole('heading', { name: 'Streams', level: 1 }).waitFor();
    await ui.tile('garden').waitFor({ state: 'detached' });
    expect(await page.locator('.tile').count()).toBe(2);
  });

  it('shows one stream large, with charts and the same as text', async () => {
    const ui = await open();
    const { page } = ui;
    await ui.open('#/streams/door');
    await ui.untilMoving(page.locator('.stream-picture'));
    await page.getByRole('img', { name: /^Chart of latency over time\. Newest: p50 [\d.]+ (µs|ms)/ }).waitFor();
    await page.getByRole('img', { name: /^Histogram of \d+ frames from/ }).waitFor();
    await page.getByText('As a table').click();
    await page.locator('.as-table tbody tr').first().waitFor();
    for (const stage of ['Queue', 'Encode', 'Publish', 'To the clients']) {
      await page.getByRole('row', { name: new RegExp(`^${stage} .*[\\d.]+ (µs|ms)`) }).waitFor();
    }
    await page.getByRole('row', { name: /^web interface .* WebSocket/ }).waitFor();
    await ui.open('#/streams/nowhere');
    await page.getByRole('heading', { name: /No stream .nowhere./ }).waitFor();
  });

  it('disconnects a client, which does not come back by itself', async () => {
    const ui = await open();
    const { page } = ui;
    await ui.open('#/streams/door');
    await ui.untilMoving(page.locator('.stream-picture'));
    await page.getByRole('button', { name: 'Disconnect web interface' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page
      .locator('.stream-picture')
      .getByText(/administrator/)
      .waitFor();
    await page.getByText('Nobody watches.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await ui.untilMoving(page.locator('.stream-picture'));
  });

  it('saves a picture, records, and hands out the recording', async () => {
    const ui = await open();
    const { page } = ui;
    await ui.open('#/streams/door');
    await ui.untilMoving(page.locator('.stream-picture'));
    const [snapshot] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Snapshot' }).click(),
    ]);
    expect(snapshot.suggestedFilename()).toMatch(/^door-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jpg$/);
    const jpeg = await readFile(await snapshot.path());
    expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);

    await page.getByRole('button', { name: 'Record MKV' }).click();
    await page.getByText(/^Rec [1-9]\d* frames/).waitFor();
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const link = page.locator('.files a').first();
    await page.getByRole('button', { name: 'Record MKV' }).waitFor();
    const [recording] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(recording.suggestedFilename()).toMatch(/\.mkv$/);
    expect((await readFile(await recording.path())).readUInt32BE(0)).toBe(0x1a45dfa3);
  });

  it('says that the server is away, shows nothing as live meanwhile, and goes on when it is back', async () => {
    const door = 'door=test:testsrc?size=320x180&fps=15';
    const first = await parts.keep(ServerProcess.start(['--http-port', '0', door]));
    const ui = await openInterface(chromium, first, { isServerAway: true });
    await ui.open();
    await ui.untilMoving(ui.tile('door'));
    await first.stop();
    await ui.page
      .getByText(/^The (connection to the server is lost|server cannot be reached)\. Trying again/)
      .waitFor();
    await ui.untilPicture(ui.tile('door'), 'no-signal');
    await ui.tile('door').getByText('Unknown', { exact: true }).waitFor();
    expect(await seriousProblems(ui.page)).toEqual([]);
    await parts.keep(ServerProcess.start(['--http-port', `${first.httpPort}`, door]));
    await ui.untilMoving(ui.tile('door'));
    await ui.page.locator('.banner').waitFor({ state: 'detached' });
  });
});

/** Runs in the page. */
async function addStream(stream: { name: string; url: string }): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('api/streams', { method: 'POST', headers, body: JSON.stringify(stream) });
  return response.json();
}

/** Runs in the page. */
async function removeStream(name: string): Promise<void> {
  await fetch(`api/streams/${name}`, { method: 'DELETE' });
}

/** Runs in the page: how many watch anything. */
async function watcherCount(): Promise<number> {
  const { clients } = (await (await fetch('api/clients')).json()) as { clients: unknown[] };
  return clients.length;
}
