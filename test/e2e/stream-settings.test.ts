import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeJpeg } from '../../client/jpeg-decoder.js';
import type { SessionFrame } from '../../client/session.js';
import { FrameFlag } from '../../shared/protocol/messages.js';
import type { StreamInfo } from '../../shared/protocol/messages.js';
import { readTimecode } from '../../shared/timecode/timecode-reader.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { runNode } from '../helpers/run-command.js';
import { CLIENT_BINARY, FREE_PORTS, SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const KEPT = 10;

describe.skipIf(!requireCamera())('settings of single streams in the configuration file', () => {
  let files: VideoFixtures;
  let camera: MjpegCamera;
  let server: ServerProcess;
  beforeAll(async () => {
    files = await VideoFixtures.create();
    camera = await MjpegCamera.start({ size: '320x240' });
    server = await ServerProcess.start(['--config', await files.write('streamer.yaml', configuration())]);
  });
  afterAll(async () => {
    await server.stop();
    await camera.stop();
    await files.remove();
  });

  it('keep frames for those who join late, and give as many as their policy can hold', async () => {
    const before = (await watch('kept')).frames[0]!.header.sequence;
    const first = await watch('kept', KEPT);
    const late = await watch('kept', KEPT + 3);
    const [kept, live] = [late.frames.filter(isKept), late.frames.filter((frame) => !isKept(frame))];
    expect(kept).toEqual(late.frames.slice(0, KEPT));
    const firstSequence = kept[0]!.header.sequence;
    expect(firstSequence).toBeGreaterThanOrEqual(before);
    expect(late.frames.map(({ header }) => header.sequence)).toEqual(late.frames.map((_, n) => firstSequence + n));
    expect(live.length).toBeGreaterThanOrEqual(3);

    const newestOnly = await Viewer.open(server.port, { subscriptions: [{ stream: 'kept', policy: 'latest' }] });
    await newestOnly.take(2);
    expect(newestOnly.frames.filter(isKept)).toHaveLength(1);
    for (const viewer of [first, late, newestOnly]) await viewer.close();
  });

  it('keep frames that are no part of what a client measures', async () => {
    const args = ['--port', `${server.port}`, '--stream', 'kept', '--policy', 'every', '--json', '--duration', '0.5'];
    const { stdout } = await runNode(CLIENT_BINARY, args);
    expect(JSON.parse(stdout)).toMatchObject({ frames: { kept: KEPT, lost: 0, skipped: 0 } });
  });

  it('thin a camera to the rate that was asked for, its pictures as they are', async () => {
    const viewer = await watch('thin', 5);
    const [from, to] = [viewer.frames[0]!, viewer.frames[4]!].map(({ header }) => header.captureTimeUs);
    expect(to! - from!).toBeGreaterThan(700_000);
    expect(camera.frames).toContainEqual(viewer.frames[4]!.jpeg);
    expect(viewer.frames.map(({ header }) => header.sequence)).toEqual([0, 1, 2, 3, 4].slice(0, viewer.frames.length));
    await viewer.close();
  });

  it('scale and encode the pictures of one stream and pass those of another on', async () => {
    const [small, plain] = [await watch('small'), await watch('plain')];
    expect(await sharp(small.frames[0]!.jpeg).metadata()).toMatchObject({ width: 160, height: 120 });
    expect(lastOf(small)).toMatchObject({
      width: 160,
      height: 120,
      encoding: { mode: 'encoded', reason: 'size 160xauto was asked for' },
    });
    expect(camera.frames).toContainEqual(plain.frames[0]!.jpeg);
    expect(lastOf(plain).encoding.mode).toBe('pass-through');
    await Promise.all([small.close(), plain.close()]);
  });

  it.each(['marked', 'marked-camera'])('write the capture time into the picture, for %s', async (stream) => {
    const viewer = await watch(stream, 5);
    expect(lastOf(viewer).encoding).toEqual({
      mode: 'encoded',
      reason: stream === 'marked' ? 'the source is a test pattern' : 'a processor works on the pixels',
    });
    for (const { header, jpeg } of viewer.frames) {
      const { data, width, height } = await decodeJpeg(jpeg);
      expect(readTimecode(data, width, height)).toMatchObject({ kind: 'capture', timeUs: header.captureTimeUs });
    }
    await viewer.close();
  });

  it('draw a watermark into its corner and nowhere else', async () => {
    const [marked, bare] = [await watch('watermarked'), await watch('bare')];
    const [with_, without] = await Promise.all([marked, bare].map((viewer) => decodeJpeg(viewer.frames[0]!.jpeg)));
    const differs = (row: number) => {
      const [from, to] = [row * 320 * 3, (row + 1) * 320 * 3];
      return !Buffer.from(with_!.data.subarray(from, to)).equals(Buffer.from(without!.data.subarray(from, to)));
    };
    expect(differs(235)).toBe(true);
    expect(Array.from({ length: 200 }, (_, row) => row).filter(differs)).toEqual([]);
    await Promise.all([marked.close(), bare.close()]);
  });

  function configuration(): string {
    return `
      idleTimeout: 0.5
      sources:
        - name: kept
          url: ${camera.url('mjpeg?fps=20')}
          frameBuffer: ${KEPT}
          policy: every
          onDemand: false
        - { name: thin, url: '${camera.url('mjpeg?fps=50')}', fps: 5 }
        - { name: small, url: '${camera.url('mjpeg')}', width: 160 }
        - plain=${camera.url('mjpeg')}
        - { name: marked, url: 'test:gradient?size=640x360', processor: [timecode] }
        - { name: marked-camera, url: '${camera.url('mjpeg')}', processor: [timecode, watermark?position=bottom-left] }
        - { name: watermarked, url: 'test:bars?size=320x240', processor: ['watermark?position=bottom-right&text=hall'] }
        - bare=test:bars?size=320x240
    `;
  }

  async function watch(stream: string, frames = 1): Promise<Viewer> {
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream }] });
    await viewer.take(frames);
    return viewer;
  }
});

describe('more sources than --max-streams', () => {
  it('are refused', async () => {
    const sources = ['a=test:bars', 'b=test:bars', 'c=test:bars'];
    const result = await runNode(SERVER_BINARY, [...FREE_PORTS, '--max-streams', '2', ...sources]);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toBe(
      'streamer-server: There are 3 sources, more than the 2 streams allowed; raise --max-streams. (TOO_MANY_STREAMS)\n',
    );
  });
});

/** The stream that is watched, as it was described last. */
function lastOf(viewer: Viewer): StreamInfo {
  return viewer.changes.findLast(({ stream }) => stream.id === viewer.stream.id)?.stream ?? viewer.stream;
}

function isKept({ header }: SessionFrame): boolean {
  return (header.flags & FrameFlag.KEPT) !== 0;
}
