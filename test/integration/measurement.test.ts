import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Measurement } from '../../client/measurement.js';
import type { MeasurementOptions } from '../../client/measurement.js';
import type { StreamSnapshot } from '../../client/metrics/snapshot.js';
import { FrameFlag } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { streamInfo } from '../helpers/observed-frame.js';
import {
  acksIn,
  EMPTY_JPEG,
  frameMessage,
  messagesFrom,
  streamMessage,
  welcomeMessage,
} from '../helpers/scripted-messages.js';
import { ScriptedServer } from '../helpers/scripted-server.js';
import { until } from '../helpers/until.js';

const REMOVED = { code: 'STREAM_REMOVED', message: 'The stream was taken away.' };
const EVERY_STREAM = [{ stream: '*' }];

describe('a measurement', () => {
  const stops: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  it('shows a frame of the past, acknowledges it, and counts it for nothing but its bytes', async () => {
    const { measurement, messages, stream } = await measure([
      welcomeMessage([streamInfo()]),
      frameMessage({ sequence: 3, flags: FrameFlag.KEPT }),
      frameMessage({ sequence: 9, flags: FrameFlag.KEPT | 0x8000 }, Buffer.from('ffd8', 'hex')),
      frameMessage({ sequence: 12, flags: 0x8000 }),
    ]);
    await until(() => acksIn(messages).length === 3);
    expect(acksIn(messages)).toEqual(['1:3', '1:9', '1:12']);
    expect(stream()).toMatchObject({
      frames: { received: 1, lost: 0, skipped: 0, corrupt: 0, kept: 2 },
      bytes: 59 + 57 + 59,
    });
    expect(measurement.latestJpeg(1)).toEqual(EMPTY_JPEG);
  });

  it('does not spend time on decoding a frame of the past', async () => {
    const past = { sequence: 3, flags: FrameFlag.KEPT };
    const { messages, stream } = await measure([welcomeMessage([streamInfo()]), frameMessage(past)], { decode: true });
    await until(() => acksIn(messages).length === 1);
    expect(stream()).toMatchObject({ frames: { corrupt: 0, kept: 1 }, stagesUs: { clientDecode: { p50: null } } });
  });

  it('adopts size, rate, encoding and health of a source as they become known', async () => {
    const unknown = { mode: 'unknown', reason: 'the source was not reached yet' } as const;
    const encoding = { mode: 'pass-through', reason: 'the source is JPEG' } as const;
    const { socket, stream } = await measure([
      welcomeMessage([streamInfo({ width: 0, height: 0, fps: 0, encoding: unknown, state: 'connecting' })]),
    ]);
    expect(stream()).toMatchObject({ width: 0, nominalFps: null, state: 'connecting', encoding: unknown });
    socket.write(streamMessage('changed', streamInfo({ fps: 15, encoding })));
    await until(() => stream()?.nominalFps === 15);
    expect(stream()).toMatchObject({ width: 1280, height: 720, state: 'live', encoding });
    const reason = { code: 'STREAM_HEALTH', message: '3 of 15 frames a second came.' };
    socket.write(streamMessage('changed', streamInfo({ fps: 15, encoding, state: 'degraded' }), reason));
    await until(() => stream()?.state === 'degraded');
    expect(stream()?.reason).toBe('3 of 15 frames a second came.');
  });

  it('takes the size of the frames where it differs from what was announced', async () => {
    const { stream } = await measure([welcomeMessage([streamInfo()]), frameMessage({ width: 640, height: 480 })]);
    await until(() => stream()?.frames.received === 1);
    expect(stream()).toMatchObject({ width: 640, height: 480 });
  });

  it('goes on with the other streams when one is removed', async () => {
    const [cam, door] = [streamInfo({ name: 'cam' }), streamInfo({ id: 2, name: 'door' })];
    const { socket, stream, measurement } = await measure([
      welcomeMessage([cam, door]),
      frameMessage({ streamId: 1 }),
      streamMessage('removed', { ...cam, state: 'ended' }, REMOVED),
      frameMessage({ streamId: 2 }),
    ]);
    await until(() => stream('door')?.frames.received === 1);
    expect(stream('cam')).toMatchObject({ state: 'removed', reason: REMOVED.message, frames: { received: 1 } });
    expect(measurement.latestJpeg(1)).toBeNull();
    // A server that sends more of it is wrong, and nothing is done about it.
    socket.write(
      Buffer.concat([frameMessage({ streamId: 1, sequence: 1 }), frameMessage({ streamId: 2, sequence: 1 })]),
    );
    await until(() => stream('door')?.frames.received === 2);
    expect(stream('cam')?.frames.received).toBe(1);
  });

  it('stays when every stream was removed, until the server says goodbye', async () => {
    const cam = streamInfo({ name: 'cam' });
    const { stream, measurement } = await measure([welcomeMessage([cam]), streamMessage('removed', cam, REMOVED)]);
    await until(() => stream('cam')?.state === 'removed');
    expect(measurement.snapshot().state).toBe('connected');
  });

  it('goes on with a stream that comes back under its name and another id', async () => {
    const cam = streamInfo({ name: 'cam' });
    const again = { ...cam, id: 5, startTimeUs: cam.startTimeUs + 1_000_000 };
    const { stream } = await measure([
      welcomeMessage([cam]),
      frameMessage({ sequence: 700 }),
      streamMessage('removed', cam, REMOVED),
      streamMessage('appeared', again),
      frameMessage({ streamId: 5, sequence: 4 }),
    ]);
    await until(() => stream('cam')?.frames.received === 2);
    expect(stream('cam')).toMatchObject({ id: 5, state: 'live', reason: null, frames: { lost: 0 } });
  });

  it.each([
    { asked: 'every stream', subscriptions: EVERY_STREAM, shown: ['cam', 'late'] },
    { asked: 'one', subscriptions: [{ stream: 'cam' }], shown: ['cam'] },
  ])('adopts a stream that appears later where it asked for every one: $asked', async ({ subscriptions, shown }) => {
    const [cam, late] = [streamInfo({ name: 'cam' }), streamInfo({ id: 2, name: 'late', state: 'idle' })];
    const { measurement, stream } = await measure(
      [
        welcomeMessage([cam]),
        streamMessage('appeared', late),
        streamMessage('changed', { ...late, state: 'live' }),
        frameMessage({ streamId: 1 }),
      ],
      { subscriptions },
    );
    await until(() => stream('cam')?.frames.received === 1);
    expect(measurement.snapshot().streams.map(({ name }) => name)).toEqual(shown);
    if (shown.includes('late')) expect(stream('late')?.state).toBe('live');
  });

  /** Measures a server that sends `script` at once. */
  async function measure(script: readonly Buffer[], options: Partial<MeasurementOptions> = {}) {
    let socket: Socket | null = null;
    let messages: readonly Message[] = [];
    const server = await ScriptedServer.start((accepted) => {
      socket = accepted;
      messages = messagesFrom(accepted);
      accepted.write(Buffer.concat(script));
    });
    const address = { host: '127.0.0.1', port: server.port, name: 'test', token: null };
    const defaults = { ...address, subscriptions: [{}], reconnect: false, decode: false };
    const measurement = new Measurement({ ...defaults, ...options }, {}, new FakeClock());
    stops.push(
      () => measurement.close(),
      () => server.stop(),
    );
    measurement.start();
    await until(() => measurement.snapshot().streams.length > 0);
    const stream = (name = 'sample'): StreamSnapshot | undefined =>
      measurement.snapshot().streams.find((one) => one.name === name);
    return { measurement, stream, messages, socket: socket as unknown as Socket };
  }
});
