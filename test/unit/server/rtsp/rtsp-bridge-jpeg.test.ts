import { describe, expect, it } from 'vitest';
import { bridgeOfTest, settled } from '../../../helpers/bridge-of-test.js';
import { numberedJpeg } from '../../../helpers/camera-of-test.js';
import { StreamerError } from '../../../../shared/errors.js';

const SECOND_US = 1_000_000;

describe('RtspBridge, Motion JPEG', () => {
  it('sends the JPEGs as they are', async () => {
    const { bridge, shoot, publishers, encoders } = bridgeOfTest({ codec: 'mjpeg' });
    bridge.start();
    await settled();
    const jpeg = await numberedJpeg(1);
    await shoot({ jpeg });
    publishers[0]?.become('publishing');
    await shoot({ jpeg });
    expect([encoders.length, publishers[0]?.sent.length]).toEqual([0, 2]);
    expect(publishers[0]?.formats).toEqual([{ codec: 'mjpeg', parameterSets: [] }]);
    expect(bridge.status()).toMatchObject({ mode: 'mjpeg', codec: 'mjpeg', encoder: null });
    await bridge.stop();
  });

  it('encodes JPEGs that RTP cannot carry', async () => {
    const { bridge, shoot, publishers, chosen, log } = bridgeOfTest({ codec: 'mjpeg' });
    bridge.start();
    await settled();
    await shoot();
    expect(log.messages('warn')).toEqual(['not published over RTSP: RTP cannot carry the JPEG: it holds no picture.']);
    expect(bridge.status()).toMatchObject({ mode: 'encode', error: { code: 'PUBLISH_IMPOSSIBLE' } });
    await shoot();
    expect([chosen, publishers.length]).toEqual([['mjpeg'], 0]);
    await bridge.stop();
  });

  it('goes back to them a minute after an odd one, on the same connection', async () => {
    const { bridge, shoot, publishers, clock } = bridgeOfTest({ codec: 'mjpeg' });
    const jpeg = await numberedJpeg(1);
    bridge.start();
    await settled();
    await shoot({ jpeg });
    publishers[0]?.become('publishing');
    await shoot();
    const modes = await modesOf(14, async () => {
      clock.advance(4_966_667);
      await shoot({ jpeg });
      return bridge.status().mode;
    });
    expect(modes).toEqual([...Array<string>(12).fill('encode'), 'mjpeg', 'mjpeg']);
    expect([publishers.length, publishers[0]?.isStopped]).toEqual([1, false]);
    await bridge.stop();
  });

  it('goes back to them with another size, but not to others that cannot be carried', async () => {
    const { bridge, shoot, clock } = bridgeOfTest({ codec: 'mjpeg' });
    const jpeg = await numberedJpeg(1, 32, 48);
    bridge.start();
    await settled();
    await shoot();
    const look = async (frame: Parameters<typeof shoot>[0]) => {
      await shoot(frame);
      clock.advance(SECOND_US);
      await settled();
      return bridge.status().mode;
    };
    expect(await look({ jpeg })).toBe('encode');
    expect(await look({ width: 16 })).toBe('encode');
    expect(await look({ jpeg, width: 32 })).toBe('mjpeg');
    await bridge.stop();
  });

  it('tries them again after a minute where nothing can encode them', async () => {
    const refusal = new StreamerError('FFMPEG_NOT_FOUND', 'No FFmpeg.');
    const { bridge, shoot, clock, publishers } = bridgeOfTest({ codec: 'mjpeg' }, () => Promise.reject(refusal));
    const jpeg = await numberedJpeg(1);
    bridge.start();
    await settled();
    await shoot();
    await shoot({ jpeg });
    expect([bridge.status().mode, publishers.length]).toEqual([null, 0]);
    clock.advance(61 * SECOND_US);
    await settled();
    await shoot({ jpeg });
    expect([bridge.status().mode, bridge.status().error, publishers.length]).toEqual(['mjpeg', null, 1]);
    await bridge.stop();
  });
});

/** What `step` says each of so many times. */
async function modesOf<T>(count: number, step: () => Promise<T>): Promise<T[]> {
  const modes: T[] = [];
  while (modes.length < count) modes.push(await step());
  return modes;
}
