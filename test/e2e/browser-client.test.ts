import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect as connectTcp } from '../../client/connect.js';
import type * as clientModule from '../../client/web/browser/connect.js';
import { SystemClock } from '../../shared/clock.js';
import { ChromiumOfTest, hasChromium } from '../helpers/chromium.js';
import { startServer } from '../helpers/server-of-test.js';
import type { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

const EXAMPLE = new URL('../../docs/examples/browser.html', import.meta.url);
const PATTERN = 'cam=test:testsrc?size=320x240&fps=25';

/** What a page has of the client as it is served: `globalThis.client`. */
type Client = typeof clientModule;

describe.skipIf(!hasChromium())('frame-streamer/browser in Chromium', () => {
  let chromium: ChromiumOfTest;

  beforeAll(async () => {
    chromium = await ChromiumOfTest.start();
  });

  afterAll(async () => chromium.stop());

  it('draws moving pictures in a page of another origin, and says how old they are', async () => {
    const origin = await serveExample();
    const server = await startServer([PATTERN, '--cors-origin', origin]);
    const page = await chromium.open();
    await page.goto(`${origin}/browser.html?server=${urlOf(server)}&stream=cam`);
    await page.getByText(/^frame \d+, -?\d+\.\d ms ± \d+\.\d ms old$/).waitFor();
    expect(await page.getByRole('status').textContent()).toBe('connected – live');
    const first = await pixels(page);
    await until(async () => (await pixels(page)) !== first);
    expect(await page.locator('canvas').evaluate(({ width, height }: HTMLCanvasElement) => [width, height])).toEqual([
      320, 240,
    ]);
    await server.stop();
    await page.getByText(/^no picture for \d+ s$/).waitFor();
    expect(await page.locator('canvas').getAttribute('class')).toBe('stale');
  });

  it('is refused where the origin is not named, and says what to look at', async () => {
    const origin = await serveExample();
    const server = await startServer([PATTERN]);
    const page = await chromium.open();
    await page.goto(`${origin}/browser.html?server=${urlOf(server)}`);
    await page.getByText(`does --cors-origin name ${origin}?`).waitFor();
  });

  it('knows the clock of the server, and so the age of frames, within its error', async () => {
    const server = await startServer([PATTERN]);
    const page = await openClient(server);
    const overTcp = await connectTcp({ port: server.port });
    onTestFinished(() => overTcp.close());
    await until(() => overTcp.clock() !== null);
    const { taken, stats, clock } = await page.evaluate(async () => {
      const { connect } = (globalThis as unknown as { client: Client }).client;
      const frames = await connect({ serverUrl: '/' });
      const taken: { networkUs: number; errorUs: number }[] = [];
      let clock: ClockReading | null = null;
      for await (const { latencyUs, errorUs, image, stages } of frames) {
        (image as ImageBitmap).close();
        if (latencyUs === null || errorUs === null) continue;
        taken.push({ networkUs: latencyUs - stages.publishedUs, errorUs });
        clock = frames.clock();
        if (taken.length === 75) break;
      }
      return { taken, stats: frames.stats(), clock };
    });
    expect(stats.lost).toBe(0);
    // Since it was published no frame can have taken less than no time.
    for (const { networkUs, errorUs } of taken) expect(networkUs).toBeGreaterThanOrEqual(-errorUs);
    // A page of Chrome reads its clock in steps of 100 µs, and the error says so.
    expect(clock!.errorUs).toBeGreaterThanOrEqual(200);

    // The other way round: from the page's clock to ours, and from ours to the server's by TCP.
    const ours = await pageOffset(page);
    const tcp = overTcp.clock()!;
    const difference = Math.abs(clock!.offsetUs - (tcp.offsetUs - ours.offsetUs));
    expect(difference).toBeLessThanOrEqual(clock!.errorUs + tcp.errorUs + ours.errorUs);
  });

  it('sees the frames that a client over TCP sees', async () => {
    const server = await startServer([PATTERN]);
    const page = await openClient(server);
    const overTcp = await connectTcp({ port: server.port, policy: 'every' });
    const tcpSequences: number[] = [];
    const reading = (async () => {
      for await (const { sequence, kept } of overTcp) if (!kept) tcpSequences.push(sequence);
    })();
    const pageSequences = await page.evaluate(async () => {
      const { connect } = (globalThis as unknown as { client: Client }).client;
      const sequences: number[] = [];
      for await (const { sequence, kept } of await connect({ serverUrl: '/', policy: 'every', image: 'blob' })) {
        if (!kept) sequences.push(sequence);
        if (sequences.length === 50) break;
      }
      return sequences;
    });
    const [first = NaN] = pageSequences;
    const last = pageSequences.at(-1)!;
    await until(() => (tcpSequences.at(-1) ?? 0) >= last);
    overTcp.close();
    await reading;
    expect(pageSequences).toEqual(tcpSequences.filter((sequence) => sequence >= first && sequence <= last));
  });

  it('gives a slow loop few frames, none of them from before it was ready', async () => {
    const server = await startServer([PATTERN]);
    const page = await openClient(server);
    const { early, stats } = await page.evaluate(async () => {
      const { connect } = (globalThis as unknown as { client: Client }).client;
      const frames = await connect({ serverUrl: '/' });
      const takenUs: number[] = [];
      let receivedEarly = 0;
      for await (const { image, receivedTimeUs } of frames) {
        (image as ImageBitmap).close();
        if (receivedTimeUs < (takenUs.at(-1) ?? 0)) receivedEarly += 1;
        takenUs.push((performance.timeOrigin + performance.now()) * 1000);
        if (takenUs.length === 6) break;
        await new Promise((resolve) => setTimeout(resolve, 800));
      }
      return { early: receivedEarly, stats: frames.stats() };
    });
    // 800 ms are 20 frames; what was here before the one before was taken gave way to a newer one.
    expect(early).toBe(0);
    expect(stats.received).toBeLessThan(25);
    expect(stats.skipped).toBeGreaterThan(50);
    expect(stats.lost).toBe(0);
  });

  it('comes back to a server that was restarted', async () => {
    const first = await startServer([PATTERN]);
    const page = await openClient(first);
    await page.evaluate(async () => {
      const { connect } = (globalThis as unknown as { client: Client }).client;
      const statuses: string[] = [];
      const frames = await connect({ serverUrl: '/', onStatus: ({ connection }) => statuses.push(connection) });
      const log = { statuses, frames, taken: 0 };
      Object.assign(globalThis, { log });
      void (async () => {
        for await (const { image } of frames) {
          (image as ImageBitmap).close();
          log.taken += 1;
        }
      })();
    });
    const log = () =>
      page.evaluate(() => {
        const { statuses, taken, frames } = (globalThis as unknown as { log: PageLog }).log;
        return { statuses, taken, reconnects: frames.stats().reconnects };
      });
    await until(async () => (await log()).taken > 5);
    await first.stop();
    await until(async () => (await log()).statuses.includes('reconnecting'));
    await startServer([PATTERN, '--http-port', String(first.httpPort)]);
    await until(async () => (await log()).statuses.at(-1) === 'connected');
    const { taken, reconnects } = await log();
    expect(reconnects).toBe(1);
    await until(async () => (await log()).taken > taken + 5);
  });

  it('is told that a token is wrong, and gets in with the right one', async () => {
    const server = await startServer([PATTERN, '--token', 's3cret']);
    const page = await openClient(server);
    const outcomes = await page.evaluate(async () => {
      const { connect, StreamerError } = (globalThis as unknown as { client: Client }).client;
      const attempt = async (token?: string): Promise<string> => {
        try {
          const frames = await connect({ serverUrl: '/', ...(token !== undefined && { token }) });
          frames.close();
          return frames.status.connection;
        } catch (error) {
          return error instanceof StreamerError ? error.code : String(error);
        }
      };
      return [await attempt(), await attempt('wrong'), await attempt('s3cret')];
    });
    expect(outcomes).toEqual(['BAD_TOKEN', 'BAD_TOKEN', 'closed']);
  });

  it('runs in a worker, too', async () => {
    const server = await startServer([PATTERN]);
    const page = await openClient(server);
    const sequences = await page.evaluate(async () => {
      const script = `
        const { connect } = await import('${location.origin}/client.js');
        const sequences = [];
        for await (const { sequence, image } of await connect({ serverUrl: '${location.origin}' })) {
          image.close();
          sequences.push(sequence);
          if (sequences.length === 5) break;
        }
        postMessage(sequences);`;
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), {
        type: 'module',
      });
      return new Promise<number[]>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data as number[]);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
    });
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    expect(sequences).toHaveLength(5);
  });

  /** A page of the server itself with `globalThis.client`. */
  async function openClient(server: ServerProcess): Promise<Page> {
    const page = await chromium.open();
    await page.goto(`${urlOf(server)}/healthz`);
    // As text, since the test's own imports are not those of a page.
    await page.evaluate(`import('/client.js').then((client) => void Object.assign(globalThis, { client }))`);
    return page;
  }
});

interface ClockReading {
  readonly offsetUs: number;
  readonly errorUs: number;
}

interface PageLog {
  readonly statuses: string[];
  readonly frames: clientModule.FrameStream;
  readonly taken: number;
}

function urlOf(server: ServerProcess): string {
  return `http://127.0.0.1:${server.httpPort}`;
}

/** The example on a web server of its own; resolves with its origin. */
async function serveExample(): Promise<string> {
  const server = createServer((_request, response) => {
    void readFile(EXAMPLE).then((page) => response.writeHead(200, { 'content-type': 'text/html' }).end(page));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the canvas shows, as text. */
function pixels(page: Page): Promise<string> {
  return page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** The page's clock minus this process's, from the quickest of some questions: the truth lies between the two ends. */
async function pageOffset(page: Page): Promise<ClockReading> {
  const clock = new SystemClock();
  let best: ClockReading = { offsetUs: NaN, errorUs: Infinity };
  for (let n = 0; n < 30; n += 1) {
    const beforeUs = clock.nowUs();
    const pageUs = await page.evaluate(() => (performance.timeOrigin + performance.now()) * 1000);
    const afterUs = clock.nowUs();
    // A reading of the page's clock is off by up to a step of 100 µs.
    const errorUs = (afterUs - beforeUs) / 2 + 100;
    if (errorUs < best.errorUs) best = { offsetUs: pageUs - (beforeUs + afterUs) / 2, errorUs };
  }
  return best;
}
