import { describe, expect, it } from 'vitest';
import type { BridgePlan } from '../../../server/rtsp/bridge-plan.js';
import { RtspBridges } from '../../../server/rtsp-bridges.js';
import { FakePublisher, settled } from '../../helpers/bridge-of-test.js';
import { CameraOfTest, numberedJpeg } from '../../helpers/camera-of-test.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { LogOfTest } from '../../helpers/log-of-test.js';

const PLAN: BridgePlan = { url: 'rtsp://h/cam1', codec: 'mjpeg', bitrateBps: 2e6, copied: null };
const jpeg = await numberedJpeg(1);

/** Bridges of a hub with the stream `cam1`; `stopping` is how long publishers take to say goodbye. */
function bridgesOfTest(stopping: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const camera = new CameraOfTest(clock);
  const publishers: FakePublisher[] = [];
  const bridges = new RtspBridges(camera.hub, {
    ...{ ffmpegPath: '/nowhere/ffmpeg', clock, logger: new LogOfTest().logger },
    createPublisher: (options, events) => {
      const publisher = new FakePublisher(options, events);
      publishers.push(publisher);
      return Object.assign(publisher, { stop: () => publisher.stopAfter(stopping()) });
    },
  });
  let sequence = 0;
  const shoot = async (): Promise<void> => {
    camera.publish({ sequence: sequence++, captureTimeUs: clock.nowUs(), jpeg });
    await settled();
  };
  return { clock, camera, bridges, publishers, shoot };
}

describe('RtspBridges', () => {
  it('publishes a stream as it is to be, and goes on where that stays the same', async () => {
    const { bridges, publishers, shoot, camera } = bridgesOfTest();
    expect(bridges.status('cam1')).toBeNull();
    await bridges.follow('cam1', PLAN);
    await settled();
    await shoot();
    await bridges.follow('cam1', { ...PLAN });
    await shoot();
    expect([publishers.length, bridges.status('cam1')?.state]).toEqual([1, 'connecting']);
    await bridges.follow('cam1', { ...PLAN, url: 'rtsp://other/cam1' });
    await settled();
    await shoot();
    expect(publishers.map(({ options, isStopped }) => [options.url, isStopped])).toEqual([
      ['rtsp://h/cam1', true],
      ['rtsp://other/cam1', false],
    ]);
    await bridges.follow('cam1', null);
    expect([bridges.status('cam1'), publishers[1]?.isStopped, camera.stream.isWanted]).toEqual([null, true, false]);
  });

  it('publishes no stream that is none', async () => {
    const { bridges } = bridgesOfTest();
    await bridges.follow('nobody', PLAN);
    await bridges.stop('nobody');
    expect(bridges.status('nobody')).toBeNull();
  });

  it('takes changes one after the other, so that no bridge is left behind', async () => {
    const { bridges, camera } = bridgesOfTest();
    const urls = ['rtsp://a/cam1', 'rtsp://b/cam1', 'rtsp://c/cam1'];
    await Promise.all(urls.map((url) => bridges.follow('cam1', { ...PLAN, url })));
    await settled();
    expect([bridges.status('cam1')?.url, camera.stream.subscriberCount]).toEqual(['rtsp://c/cam1', 1]);
    await bridges.close();
    expect(camera.stream.isWanted).toBe(false);
  });

  it('ends also where a server does not take the goodbye, and begins nothing any more', async () => {
    const { bridges, clock, shoot, camera } = bridgesOfTest(() => new Promise(() => undefined));
    await bridges.follow('cam1', PLAN);
    await settled();
    await shoot();
    let isClosed = false;
    const closed = bridges.close().then(() => (isClosed = true));
    await settled();
    expect([isClosed, camera.stream.isWanted]).toEqual([false, false]);
    clock.advance(1_000_000);
    await closed;
    void bridges.follow('cam1', PLAN);
    await settled();
    expect([camera.stream.isWanted, clock.pending]).toEqual([false, 0]);
  });
});
