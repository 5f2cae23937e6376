import { describe, expect, it } from 'vitest';
import { bridgeOfTest, settled } from '../../../helpers/bridge-of-test.js';
import { StreamerError } from '../../../../shared/errors.js';

const SECOND_US = 1_000_000;

/** A bridge whose server takes the stream. */
async function publishing(...args: Parameters<typeof bridgeOfTest>) {
  const test = bridgeOfTest(...args);
  test.bridge.start();
  await settled();
  await test.shoot();
  await test.shoot();
  test.publishers[0]?.become('publishing');
  return test;
}

describe('RtspBridge', () => {
  it('needs the source from the start, and connects with the first key picture', async () => {
    const { bridge, stream, publishers, encoders, chosen, shoot } = bridgeOfTest();
    bridge.start();
    await settled();
    expect([stream.subscriberCount, publishers.length]).toEqual([1, 0]);
    expect(bridge.status()).toMatchObject({
      state: 'waiting',
      mode: 'encode',
      encoder: null,
      codec: null,
      error: null,
    });
    // The first frame chooses the encoder.
    await shoot();
    await shoot();
    expect(chosen).toEqual(['h264']);
    expect(encoders[0]?.options).toMatchObject({
      input: { kind: 'jpeg', width: 64, height: 48 },
      fps: 30,
      name: 'cam1',
    });
    expect(publishers[0]?.options.url).toBe('rtsp://u:secret@h/cam1');
    expect(publishers[0]?.formats).toHaveLength(1);
    expect(bridge.status()).toEqual({
      ...{ state: 'connecting', url: 'rtsp://u:***@h/cam1', codec: 'h264', mode: 'encode', encoder: 'libx264' },
      ...{ framesSent: 0, framesDropped: 0, bytesSent: 0, reconnects: 0, error: null },
    });
    // With what came before it was connected, so that nobody has to wait for the next key picture.
    publishers[0]?.become('publishing');
    expect(bridge.status()).toMatchObject({ framesSent: 1, framesDropped: 0, bytesSent: 18 });
    await bridge.stop();
  });

  it('sends every picture with its capture time, and says once that it is published', async () => {
    const { bridge, publishers, shoot, clock, log } = await publishing();
    await shoot();
    await shoot();
    const sent = publishers[0]?.sent ?? [];
    expect(sent.map(({ captureTimeUs }) => captureTimeUs)).toEqual([2, 1, 0].map((n) => clock.nowUs() - n * 33_333));
    expect(sent[2]!.ptsTicks - sent[1]!.ptsTicks).toBe(3000);
    expect(bridge.status()).toMatchObject({ state: 'publishing', framesSent: 3, bytesSent: 54 });
    expect(log.messages('info')).toEqual(['published over RTSP']);
    await bridge.stop();
  });

  it('needs the source, but no frames, for video that is copied', async () => {
    const { publishers, stream, bridge } = bridgeOfTest({ copied: { kind: 'live' } });
    bridge.start();
    await settled();
    expect([stream.subscriberCount, stream.isHeldOnly, publishers.length]).toEqual([0, true, 0]);
    expect(bridge.status()).toMatchObject({ mode: 'copy', encoder: null });
    await bridge.stop();
    expect(stream.isWanted).toBe(false);
  });

  it('leaves out frames that the encoder does not take, and counts them', async () => {
    const { bridge, encoders, shoot } = await publishing();
    encoders[0]!.isBusy = true;
    await shoot();
    encoders[0]!.framesLost = 4;
    expect(bridge.status()).toMatchObject({ framesSent: 1, framesDropped: 5 });
    await bridge.stop();
    expect([bridge.status().framesDropped, bridge.status().state]).toEqual([5, 'stopped']);
  });

  it('makes nothing for a server that is away for some seconds, and goes on when it is back', async () => {
    const { bridge, publishers, encoders, stream, shoot, clock, log } = await publishing();
    publishers[0]!.fail();
    clock.advance(5 * SECOND_US);
    await shoot();
    expect([stream.subscriberCount, encoders[0]?.isStopped]).toEqual([1, false]);
    clock.advance(2 * SECOND_US);
    await settled();
    expect([stream.subscriberCount, encoders[0]?.isStopped, publishers[0]?.isStopped]).toEqual([0, true, false]);
    expect(bridge.status()).toMatchObject({ state: 'waiting', mode: null, error: { code: 'PUBLISH_UNREACHABLE' } });

    publishers[0]!.become('publishing');
    await settled();
    expect(stream.subscriberCount).toBe(1);
    await shoot();
    await shoot();
    expect(encoders).toHaveLength(2);
    expect(publishers[0]?.formats).toHaveLength(1);
    const [before, after] = publishers[0]!.sent.slice(-2);
    const apart = (after!.captureTimeUs - before!.captureTimeUs) * 0.09;
    expect(Math.abs(after!.ptsTicks - before!.ptsTicks - apart)).toBeLessThan(2);
    expect(log.messages('warn')).toEqual(['not published over RTSP: rtsp://h/cam1: a test.']);
    await bridge.stop();
  });

  it('says that it is published again as often as it said that it was not', async () => {
    const { bridge, publishers, clock, log, shoot } = await publishing();
    for (let round = 0; round < 3; round += 1) {
      publishers[0]!.fail();
      publishers[0]!.become('publishing');
      clock.advance(6 * SECOND_US);
      await shoot();
    }
    expect(log.messages('warn')).toHaveLength(2);
    expect(log.messages('info')).toEqual(Array.from({ length: 3 }, () => 'published over RTSP'));
    await bridge.stop();
  });

  it('goes on without a pause when the server is back at once', async () => {
    const { bridge, publishers, encoders, shoot, clock } = await publishing();
    publishers[0]!.fail();
    clock.advance(3 * SECOND_US);
    publishers[0]!.become('publishing');
    clock.advance(4 * SECOND_US);
    await shoot();
    expect([encoders.length, encoders[0]?.isStopped]).toEqual([1, false]);
    await bridge.stop();
  });

  it('tells the server that the stream is over when no picture comes, and begins again with the next one', async () => {
    const { bridge, publishers, encoders, shoot, clock, stream } = await publishing();
    clock.advance(11 * SECOND_US);
    await settled();
    expect(publishers[0]?.isStopped).toBe(true);
    expect([stream.subscriberCount, encoders[0]?.isStopped]).toEqual([1, false]);
    expect(bridge.status()).toMatchObject({ state: 'waiting', codec: null, error: null, framesSent: 1 });
    await shoot();
    publishers[1]?.become('publishing');
    expect(bridge.status()).toMatchObject({ state: 'publishing', framesSent: 2, reconnects: 1 });
    await bridge.stop();
  });

  it('starts an encoder that died again, later and later, and says why nothing comes', async () => {
    const { bridge, encoders, shoot, clock, log } = await publishing();
    encoders[0]!.die();
    expect(bridge.status()).toMatchObject({ state: 'publishing', error: { code: 'FFMPEG_FAILED' } });
    await shoot();
    expect(encoders).toHaveLength(1);
    clock.advance(SECOND_US);
    await shoot();
    await shoot();
    expect(encoders).toHaveLength(2);
    expect(bridge.status()).toMatchObject({ state: 'publishing', error: null });
    expect(log.messages('warn')).toEqual(['not published over RTSP: FFmpeg failed on cam1: a test.']);
    await bridge.stop();
  });

  it('has another encoder for pictures of another size, but not one a frame', async () => {
    const { bridge, encoders, shoot, clock, publishers } = await publishing();
    await shoot({ width: 32 });
    expect(encoders).toHaveLength(1);
    clock.advance(SECOND_US);
    await shoot({ width: 32 });
    await shoot({ width: 32 });
    expect(encoders.map(({ options, isStopped }) => [options.input.width, isStopped])).toEqual([
      [64, true],
      [32, false],
    ]);
    const times = publishers[0]!.sent.map(({ ptsTicks }) => ptsTicks);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(bridge.status().framesDropped).toBe(1);
    await bridge.stop();
  });

  it('ends with the stream, and begins again when that goes on', async () => {
    const { bridge, publishers, encoders, shoot, stream, log } = await publishing();
    stream.setState('ended');
    await settled();
    expect([publishers[0]?.isStopped, encoders[0]?.isStopped, stream.subscriberCount]).toEqual([true, true, 0]);
    expect(bridge.status()).toMatchObject({ state: 'stopped', error: null });
    stream.setState('connecting');
    await settled();
    await shoot();
    await shoot();
    expect(publishers).toHaveLength(2);
    expect(log.messages('info')).toEqual(['published over RTSP', 'no longer published over RTSP']);
    await bridge.stop();
  });

  it('says that there is no encoder, once, and tries no more', async () => {
    const refusal = new StreamerError('FFMPEG_NOT_FOUND', 'No FFmpeg.');
    const { bridge, shoot, stream, chosen } = await publishing({ codec: 'h265' }, () => Promise.reject(refusal));
    await shoot();
    expect([chosen, stream.subscriberCount]).toEqual([['h265'], 0]);
    expect(bridge.status()).toMatchObject({ state: 'waiting', mode: null, error: { code: 'FFMPEG_NOT_FOUND' } });
    await bridge.stop();
  });

  it('takes no more notice of anything once it is stopped', async () => {
    const { bridge, publishers, encoders, stream, clock, shoot } = await publishing();
    await bridge.stop();
    await bridge.stop();
    publishers[0]!.become('publishing');
    encoders[0]!.die();
    stream.setState('ended');
    stream.setState('live');
    await shoot();
    clock.advance(20 * SECOND_US);
    expect([publishers.length, encoders.length, stream.isWanted, clock.pending]).toEqual([1, 1, false, 0]);
    expect(bridge.status().state).toBe('stopped');
  });
});

describe('RtspBridge, copying', () => {
  it('encodes where the source turns out to be something else, and copies when it is what can be copied', async () => {
    const { bridge, stream, shoot, chosen, log } = bridgeOfTest({ copied: { kind: 'live' } });
    bridge.start();
    await settled();
    stream.packets.setOffer(false);
    await settled();
    expect([bridge.status().mode, stream.subscriberCount, stream.isHeldOnly]).toEqual(['encode', 1, false]);
    await shoot();
    await shoot();
    expect([chosen, bridge.status().error]).toEqual([['h264'], null]);
    stream.packets.setOffer(true);
    await settled();
    expect([bridge.status().mode, stream.isHeldOnly]).toEqual(['copy', true]);
    expect(log.messages('error')).toEqual([]);
    await bridge.stop();
  });

  it('encodes at once where the source is known to be something else', async () => {
    const { bridge, stream } = bridgeOfTest({ copied: { kind: 'live' } });
    stream.packets.setOffer(false);
    bridge.start();
    await settled();
    expect(bridge.status()).toMatchObject({ mode: 'encode', error: null });
    await bridge.stop();
  });

  it('publishes nothing where only copying was asked for and cannot be', async () => {
    const { bridge, stream, log } = bridgeOfTest({ codec: 'copy' });
    bridge.start();
    await settled();
    expect(bridge.status()).toMatchObject({ state: 'waiting', mode: null, error: { code: 'PUBLISH_IMPOSSIBLE' } });
    expect([stream.isWanted, log.messages('warn')]).toEqual([false, [expect.stringContaining('take another codec')]]);
    await bridge.stop();
  });

  it('encodes where what comes is no MPEG-TS', async () => {
    const { bridge, stream } = bridgeOfTest({ copied: { kind: 'live' } });
    bridge.start();
    await settled();
    for (let i = 0; i < 100; i++) stream.packets.push(Buffer.alloc(64 * 1024, 1), i === 0);
    await settled();
    expect(bridge.status().mode).toBe('encode');
    await bridge.stop();
  });
});
