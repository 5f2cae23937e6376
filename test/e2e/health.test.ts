import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamInfo } from '../../shared/protocol/messages.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ServerProcess } from '../helpers/server-process.js';
import type { LogLine } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { Viewer } from '../helpers/viewer.js';

const FPS = 10;

describe.skipIf(!requireCamera() || !requireGstRtspServer())('a camera that falls ill and gets well', () => {
  const parts = new StartedParts();
  let server: ServerProcess;
  let viewer: Viewer;

  /** All of them at once, since each illness has to last for seconds to be seen. */
  beforeAll(async () => {
    const silent = await parts.keep(MjpegCamera.start());
    const frozen = await parts.keep(MjpegCamera.start());
    const slow = await parts.keep(MjpegCamera.start());
    const leaping = await parts.keep(MjpegCamera.start());
    const mute = await parts.keep(MjpegCamera.start());
    mute.mode('silent');
    const paused = await parts.keep(startGstRtspServer({ size: '160x120', fps: FPS }));
    server = await parts.keep(
      ServerProcess.start([
        `silent=${silent.url(`mjpeg?fps=${FPS}`)}`,
        `frozen=${frozen.url(`mjpeg?fps=${FPS}`)}`,
        `slow=${slow.url(`mjpeg?fps=${FPS}`)}`,
        `leaping=${leaping.url(`mjpeg?fps=${FPS}&time=now&offset=-30&jumpat=20&jump=20`)}`,
        `paused=${paused.url('h264')}`,
        `mute=${mute.url('mjpeg')}`,
        `hanging=${leaping.url(`mjpeg?fps=${FPS}&after=20&then=hang`)}`,
        'well=test:bars?size=64x48',
      ]),
    );
    viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
    await Promise.all([
      sicken('silent', 'silent', { fall: () => silent.mode('silent'), recover: () => silent.mode('live') }),
      sicken('frozen', 'frozen', { fall: () => frozen.mode('frozen'), recover: () => frozen.mode('live') }),
      sicken('slow', 'degraded', { fall: () => slow.fps(FPS / 4), recover: () => slow.fps(FPS) }),
      sicken('leaping', 'clock-jump', { fall: () => undefined, recover: () => undefined }),
      sicken('paused', 'silent', { fall: () => paused.pause('h264'), recover: () => paused.resume('h264') }),
      viewer.until(() => viewer.changes.some(({ event, stream }) => event === 'up' && stream.name === 'hanging')),
      untilState('mute', 'silent').then(() => (mute.mode('live'), untilState('mute', 'live'))),
    ]);
  });
  afterAll(async () => {
    await viewer?.close();
    await parts.stop();
  });

  it.each([
    { name: 'silent', state: 'silent', sentence: /^No picture for 2(\.\d)? s; the connection is open\.$/ },
    { name: 'frozen', state: 'frozen', sentence: /^The same picture for 10(\.\d)? s\.$/ },
    { name: 'slow', state: 'degraded', sentence: /^Only \d(\.\d)? of 10 fps for 5 s\.$/ },
    { name: 'leaping', state: 'clock-jump', sentence: /^The source's clock leapt ahead by (19\.\d|20\.\d) s\.$/ },
    { name: 'paused', state: 'silent', sentence: /^No picture for 2(\.\d)? s; the connection is open\.$/ },
  ])('is seen by clients and told in the log, once each: $name', async ({ name, state, sentence }) => {
    const changes = viewer.changes.filter(({ stream }) => stream.name === name);
    expect(withoutRepeats(changes.map(({ stream }) => stream.state))).toEqual(['connecting', 'live', state, 'live']);
    expect(changes.find(({ stream }) => stream.state === state)?.reason).toEqual({
      code: 'STREAM_HEALTH',
      message: expect.stringMatching(sentence) as string,
    });
    expect(changes.at(-1)?.reason).toBeUndefined();
    expect(changes.map(({ event }) => event)).not.toContain('down');

    const isTold = (line: LogLine) => line['stream'] === name && /^stream (?!connecting)/.test(line.msg);
    await server.logged((line) => isTold(line) && line.msg === 'stream live', server.log.findIndex(isSick));
    expect(server.log.filter(isTold).map(({ msg }) => msg)).toEqual([
      'stream live',
      expect.stringMatching(new RegExp(`^stream ${state}: `)),
      'stream live',
    ]);
    function isSick(line: LogLine): boolean {
      return isTold(line) && line.msg !== 'stream live';
    }
  });

  it('is silent, too, when it is connected and sends no first picture', () => {
    const changes = viewer.changes.filter(({ stream }) => stream.name === 'mute');
    expect(withoutRepeats(changes.map(({ stream }) => stream.state))).toEqual(['connecting', 'silent', 'live']);
    expect(changes.find(({ stream }) => stream.state === 'silent')?.reason?.message).toMatch(
      /^Connected, but no picture for 2(\.\d)? s\.$/,
    );
  });

  it('is given up and tried again when it stays silent', () => {
    const changes = viewer.changes.filter(({ stream }) => stream.name === 'hanging');
    expect(withoutRepeats(changes.map(({ stream }) => stream.state)).slice(0, 6)).toEqual([
      ...['connecting', 'live', 'silent'],
      ...['offline', 'connecting', 'live'],
    ]);
    expect(changes.find(({ event }) => event === 'down')?.reason).toEqual({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringMatching(/^No picture for 10(\.\d)? s\. Next try in 0\.[123] s\.$/) as string,
    });
  });

  it('harms no other', () => {
    const changes = viewer.changes.filter(({ stream }) => stream.name === 'well');
    expect(withoutRepeats(changes.map(({ stream }) => stream.state))).toEqual(['connecting', 'live']);
  });

  /** Waits until the rate of the stream is known, has it fall ill, and lets it recover once it is in the state `ill`. */
  async function sicken(name: string, ill: string, order: { fall(): void; recover(): void }): Promise<void> {
    const infoIs = (holds: (info: StreamInfo) => boolean) =>
      viewer.until(() => viewer.changes.some(({ stream }) => stream.name === name && holds(stream)));
    await infoIs(({ fps }) => fps === FPS);
    order.fall();
    await infoIs(({ state }) => state === ill);
    order.recover();
    await untilState(name, 'live');
  }

  function untilState(name: string, state: string): Promise<void> {
    return viewer.until(() => viewer.changes.findLast(({ stream }) => stream.name === name)?.stream.state === state);
  }
});

function withoutRepeats<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => value !== values[index - 1]);
}
