import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { startApp } from '../../server/app.js';
import type { App } from '../../server/app.js';
import { openStreams } from '../../server/open-streams.js';
import type { OpenedStream } from '../../server/open-streams.js';
import type { ServerConfig } from '../../server/config.js';
import { resolveConfig } from '../../server/config.js';
import { Subscriber } from '../../server/hub/subscriber.js';
import { createStreamOpener } from '../../server/stream-opener.js';
import type { StreamSettings } from '../../server/stream-settings.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { FakeFrameSink } from '../helpers/fake-frame-sink.js';
import { until } from '../helpers/until.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const PATTERN = 'test:bars?size=64x48&fps=50';
const parts = {
  clock: new SystemClock(),
  env: process.env,
  processFigures: () => ({ nodeVersion: 'v20.9.0', memoryBytes: 0, cpuSeconds: 0 }),
  logger: createLogger({ level: 'silent', pretty: false }),
  binaries: fixtures.binaries,
};

function configOf(sources: readonly string[], flags: Record<string, unknown> = {}) {
  return resolveConfig({ flags: { port: '0', http: false, sources, ...flags }, env: {}, defaultSource: PATTERN })
    .config;
}

/** Watches the stream `name` of a server, without a connection. */
function watch(app: App, name: string): { sink: FakeFrameSink; leave(): void } {
  const sink = new FakeFrameSink();
  const stream = app.hub.byName(name)!;
  const subscriber = new Subscriber({ policy: 'every', maxFps: null, fps: 50, fixedWindow: null, sink });
  stream.subscribe(subscriber);
  return { sink, leave: () => stream.unsubscribe(subscriber) };
}

async function open(config: ServerConfig) {
  return openStreams(config, await createStreamOpener(parts));
}

describe('openStreams', () => {
  it('tells of each source what will be streamed', async () => {
    await fixtures.counted('loop.mp4', { frames: 10, fps: '30000/1001', output: ['-c:v', 'mjpeg'] });
    const config = configOf([`door=${fixtures.path('loop.mp4')}`, PATTERN], { width: '128' });
    expect((await open(config)).map(({ settings, opened }) => `${settings.name}: ${opened.summary}`)).toEqual([
      'door: file, constant rate, mjpeg 128x96 at 29.97 fps, encoded: size 128xauto was asked for',
      'test-bars: test pattern bars, 128x96 at 50 fps, encoded: the source is a test pattern',
    ]);
  });

  it('fails for the first source that cannot be streamed, in their order', async () => {
    const config = configOf([PATTERN, fixtures.path('first.mp4'), fixtures.path('second.mp4')]);
    await expect(open(config)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `There is no file ${fixtures.path('first.mp4')}; check the path.`,
    });
  });

  it('refuses frames that the aspect ratio makes too large', async () => {
    const config = configOf(['test:bars?size=16x4000'], { width: '8192' });
    await expect(open(config)).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });

  it('refuses hardware that FFmpeg does not know', async () => {
    const config = configOf([PATTERN], { hwaccel: 'warp' });
    await expect(open(config)).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });
});

describe('startApp', () => {
  it('runs a source while somebody watches, and leaves no child when it is stopped', async () => {
    const app = await startApp(configOf([PATTERN, `other=${PATTERN}`]), parts);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
    const { sink, leave } = watch(app, 'test-bars');
    await until(() => sink.newest >= 0);
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
    leave();
    // The source goes on for a while, in case somebody comes back.
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
    const { sink: otherSink } = watch(app, 'other');
    await until(() => otherSink.newest >= 0);
    const stopping = app.stop('SERVER_CLOSING', 'The server shuts down.');
    expect(app.stop('SERVER_CLOSING', 'The server shuts down.')).toBe(stopping);
    await stopping;
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('stops a source some time after its last client left', async () => {
    const app = await startApp(configOf([PATTERN], { idleTimeout: '0.2' }), parts);
    const { sink, leave } = watch(app, 'test-bars');
    await until(() => sink.newest >= 0);
    leave();
    await until(() => app.hub.byName('test-bars')?.info().state === 'idle');
    await until(async () => (await childrenNamed('ffmpeg')).length === 0);
    await app.stop('SERVER_CLOSING', 'The server shuts down.');
  });

  it('adds, changes and removes streams while it runs', async () => {
    const app = await startApp(configOf([PATTERN]), parts);
    const [{ settings }] = (await open(configOf([`extra=${PATTERN}`]))) as [OpenedStream];
    const stream = await app.control.add(settings);
    await expect(app.control.add(settings)).rejects.toMatchObject({ code: 'STREAM_EXISTS' });
    const { sink } = watch(app, 'extra');
    await until(() => sink.newest >= 0);
    await app.control.change('extra', { width: 128, height: 96, fps: 25 });
    expect(app.hub.byName('extra')).toBe(stream);
    expect(stream.info()).toMatchObject({ width: 128, height: 96, fps: 25 });
    const before = sink.newest;
    await until(() => sink.newest > before);
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
    await expect(
      app.control.change('extra', { source: { kind: 'file', name: 'extra', path: '/none.mp4' } }),
    ).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    const unharmed = sink.newest;
    await until(() => sink.newest > unharmed);
    await app.control.remove('extra');
    expect([app.hub.byName('extra'), await childrenNamed('ffmpeg')]).toEqual([undefined, []]);
    await expect(app.control.remove('extra')).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    await app.stop('SERVER_CLOSING', 'The server shuts down.');
  });

  it('refuses more streams than it may have, and has room again when one is gone', async () => {
    const app = await startApp(configOf([PATTERN], { maxStreams: '2' }), parts);
    const opened = await open(configOf([`a=${PATTERN}`, `b=${PATTERN}`]));
    const [a, b] = opened.map(({ settings }) => settings) as [StreamSettings, StreamSettings];
    await app.control.add(a);
    await expect(app.control.add(b)).rejects.toMatchObject({ code: 'TOO_MANY_STREAMS' });
    await app.control.remove('a');
    await app.control.add(b);
    expect(app.hub.list().map(({ name }) => name)).toEqual(['test-bars', 'b']);
    await app.stop('SERVER_CLOSING', 'The server shuts down.');
  });

  it('has ended when all of its files have, whether they were watched or not', async () => {
    const path = await fixtures.counted('once.mp4', { frames: 45, fps: '30', output: ['-c:v', 'mjpeg'] });
    const app = await startApp(configOf([`watched=${path}`, `alone=${path}`], { loop: false }), parts);
    const { sink } = watch(app, 'watched');
    await app.ended;
    expect(app.hub.list().map((stream) => stream.info().state)).toEqual(['ended', 'ended']);
    expect(sink.newest).toBeGreaterThanOrEqual(44);
    await app.stop('STREAMS_ENDED', 'Every stream has come to its end.');
  });

  it.each(['port', 'classicPort'])('leaves nothing running when the %s is taken', async (option) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(startApp(configOf([PATTERN], { [option]: String(port) }), parts)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)) as string,
    });
    taken.close();
    await once(taken, 'close');
    // A handle that is being closed is still listed for a moment.
    await until(() => !process.getActiveResourcesInfo().includes('TCPServerWrap'));
  });

  it('cannot listen on an address that is not its own', async () => {
    await expect(startApp(configOf([PATTERN], { host: '192.0.2.1' }), parts)).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining('Cannot listen on 192.0.2.1') as string,
    });
  });
});
