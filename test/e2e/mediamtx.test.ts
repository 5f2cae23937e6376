import { execa } from 'execa';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf } from '../helpers/child-processes.js';
import { ChromiumOfTest, hasChromium } from '../helpers/chromium.js';
import { mediamtxPath } from '../helpers/mediamtx-build.js';
import { requireMediamtx } from '../helpers/mediamtx-server.js';
import { FREE_PORTS, SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

/** What a page's video shows. */
interface Shown {
  readonly timeS: number;
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a few points. */
  readonly pixels: readonly number[];
}

describe.skipIf(!requireMediamtx())('streamer-server --mediamtx', () => {
  let server: ServerProcess;
  let urls: Readonly<Record<'rtsp' | 'hls' | 'webrtc' | 'srt', string>>;
  beforeAll(async () => {
    const env = { MEDIAMTX_PATH: mediamtxPath() ?? '' };
    server = await ServerProcess.start(['cam=test:testsrc?size=320x240&fps=30', '--mediamtx'], env);
    urls = (await server.logged(({ msg }) => msg === 'MediaMTX serves')) as unknown as typeof urls;
    await server.logged(({ msg }) => msg === 'published over RTSP');
  });
  afterAll(() => server.stop());

  describe.skipIf(!hasChromium())('in Chromium', () => {
    let chromium: ChromiumOfTest;
    beforeAll(async () => void (chromium = await ChromiumOfTest.start()));
    afterAll(() => chromium.stop());

    it.each(['hls', 'webrtc'] as const)('plays over %s', async (protocol) => {
      const page = await chromium.open();
      await page.goto(urls[protocol]);
      const first = await shownAfter(page, -1);
      const second = await shownAfter(page, first.timeS + 1);
      expect([second.width, second.height]).toEqual([320, 240]);
      expect(second.pixels).not.toEqual(first.pixels);
      await page.context().close();
    });
  });

  it('is a source like any other', async () => {
    const args = [SERVER_BINARY, '--check', `rtsp=${urls.rtsp}`, `srt=${urls.srt}`];
    const { stdout, exitCode } = await execa(process.execPath, args, { reject: false });
    expect([stdout, exitCode]).toEqual([expect.stringMatching(/320x240[^]*320x240[^]*The configuration is good\./), 0]);
  });

  it('publishes again when MediaMTX was killed, and takes it along when it ends', async () => {
    const from = server.log.length;
    const [mediamtx = 0] = await mediamtxOf(server.pid);
    process.kill(mediamtx, 'SIGKILL');
    await server.logged(({ msg }) => msg === 'MediaMTX runs again', from);
    await server.logged(({ msg }) => msg === 'published over RTSP', from);
    const [again = 0] = await mediamtxOf(server.pid);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(() => process.kill(again, 0)).toThrow('ESRCH');
    expect(server.stderr).toBe('');
  });
});

describe('streamer-server --mediamtx without MediaMTX', () => {
  it('says so before anything starts, and with --check', async () => {
    const args = [SERVER_BINARY, '--mediamtx', ...FREE_PORTS, 'test:bars'];
    const env = { MEDIAMTX_PATH: '/nowhere/mediamtx' };
    const start = (more: string[]) => execa(process.execPath, [...args, ...more], { env, reject: false });
    for (const { stdout, stderr, exitCode } of await Promise.all([start([]), start(['--check'])])) {
      expect([stdout, exitCode]).toEqual(['', 2]);
      expect(stderr).toMatch(/"\/nowhere\/mediamtx".*\(MEDIAMTX_NOT_FOUND\)/);
    }
  });
});

/** The video of the page when it has come beyond `afterS` and is not all of one colour, as it is before the first picture. */
async function shownAfter(page: Page, afterS: number): Promise<Shown> {
  let shown: Shown | null = null;
  await until(async () => {
    shown = await page.evaluate(videoShown);
    return shown !== null && shown.timeS > afterS && contrast(shown.pixels) > 100;
  });
  return shown!;
}

function contrast(pixels: readonly number[]): number {
  return Math.max(...pixels) - Math.min(...pixels);
}

/** Runs in the page. */
function videoShown(): Shown | null {
  const video = document.querySelector('video');
  // Enough for the present picture.
  if (!video || video.videoWidth === 0 || video.readyState < 2) return null;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [32, 24];
  const context = canvas.getContext('2d')!;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const pixels = [...context.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, n) => n % 4 !== 3);
  return { timeS: video.currentTime, width: video.videoWidth, height: video.videoHeight, pixels };
}

/** Ids of the MediaMTX processes among the children of `pid`. */
async function mediamtxOf(pid: number): Promise<number[]> {
  const { stdout } = await execa('ps', ['-o', 'pid=,args=', '-p', childrenOf(pid).join(',')]);
  return stdout.split('\n').flatMap((line) => (line.includes('mediamtx.yml') ? [Number.parseInt(line, 10)] : []));
}
