import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Crowd, CrowdOptions } from '../../client/load/crowd.js';
import { parseLoadTargets } from '../../client/load/load-target.js';
import { openCrowd } from '../../client/load/open-crowd.js';
import { subjectSchema } from '../../client/report/run-report-schema.js';
import type { SubscriberCounters } from '../../server/hub/subscriber.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import type { SyntheticHub } from '../helpers/synthetic-hub.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';

const SESSIONS = 20;
const FRAMES = 40;
const clock = new SystemClock();

describe('a crowd', () => {
  it.each([
    ['TCP', 2, () => tcpServer()],
    ['WebSocket', 1, () => webSocketServer()],
  ])('counts over %s what the server says it sent and left out, to the frame', async (_, workers, start) => {
    const { server, url } = await start();
    const crowd = await crowdOf([url], { workers });
    const opened = crowd.resize(SESSIONS, 0);
    // Whoever joins before the first frame is sent none of the past.
    await until(() => server.stream.subscribers.length === SESSIONS);
    await feeding(server, () => opened);
    await until(() => framesOf(crowd) === countersOf(server).sent);
    await crowd.begin(10_000);
    const before = countersOf(server);
    for (let frame = 0; frame < FRAMES; frame += 1) {
      if (frame % 10 === 5) server.stream.drop(2);
      server.stream.publish();
      await pause(5);
    }
    await until(() => server.stream.subscribers.every(({ waitingFrames }) => waitingFrames === 0));
    const after = countersOf(server);
    await until(() => framesOf(crowd) === after.sent - before.sent);
    const { total, sessions, clocks, generator } = await crowd.end();
    expect(total.frames).toEqual({
      received: after.sent - before.sent,
      lost: 0,
      skipped: expect.any(Number),
      corrupt: 0,
    });
    // Each session was sent every frame that it was not told to be left out: those that were dropped, for all of them.
    expect(total.frames.received + total.frames.skipped).toBe(SESSIONS * (FRAMES + 2 * 4));
    expect(total.bytes).toBe(after.sentBytes - before.sentBytes);
    expect(total).toMatchObject({
      sessions: { asked: SESSIONS, connected: SESSIONS, failed: 0 },
      ...{ canTellLost: true, latencySource: 'protocol', nominalFps: 30, reconnects: 0, state: 'connected' },
    });
    expect(total.latencyUs.count).toBe(total.frames.received);
    expect(sessions).toHaveLength(SESSIONS);
    expect(new Set(sessions.map(({ name }) => name)).size).toBe(SESSIONS);
    for (const { frames } of sessions) expect(frames.received + frames.skipped).toBe(FRAMES + 2 * 4);
    for (const subject of [total, ...sessions]) subjectSchema.parse(subject);
    // One process, one clock: only what was measured of it differs.
    expect(clocks).toHaveLength(1);
    expect(Math.abs(clocks[0]?.offsetUs ?? NaN)).toBeLessThanOrEqual((clocks[0]?.errorUs ?? NaN) + 50);
    expect(generator.threads.map(({ sessions: held }) => held)).toEqual([
      0,
      ...Array<number>(workers).fill(SESSIONS / workers),
    ]);
  });

  it('spreads sessions evenly over targets, and grows and shrinks', async () => {
    const { server } = await tcpServer({ streams: ['a', 'b'] });
    const url = (stream: string) => `streamer://127.0.0.1:${server.port}/${stream}`;
    const crowd = await crowdOf([url('a'), url('b')], { workers: 2 });
    await feeding(server, () => crowd.resize(6, 100));
    expect(crowd.progress().targets.map(({ name, connected }) => [name, connected])).toEqual([
      ['streamer-a', 3],
      ['streamer-b', 3],
    ]);
    await crowd.resize(3, 0);
    await until(() => server.clients.count === 3);
    expect(crowd.progress()).toMatchObject({ asked: 3, connected: 3 });
    await feeding(server, () => crowd.resize(5, 0));
    expect(server.clients.count).toBe(5);
    await crowd.close();
    await until(() => server.clients.count === 0);
  });

  it('counts a session that had to connect again, and ends with its stream', async () => {
    const { server, url } = await tcpServer();
    const crowd = await crowdOf([url], { workers: 1 });
    await feeding(server, () => crowd.resize(2, 0));
    await quiet(crowd);
    await crowd.begin(10_000);
    const firstSequence = server.stream.hubStream.nextSequence;
    const [first] = server.sockets;
    first?.resetAndDestroy();
    await until(() => server.clients.count === 1);
    await feeding(server, () => until(() => server.clients.count === 2 && crowd.progress().connected === 2));
    await feeding(server, () => until(() => crowd.progress().reconnects === 1));
    await quiet(crowd);
    const published = server.stream.hubStream.nextSequence - firstSequence;
    const { total, sessions } = await crowd.end();
    // The frames of the outage are lost, and everything else is where it belongs.
    for (const { frames } of sessions) expect(frames.received + frames.lost + frames.skipped).toBe(published);
    expect(total.frames.lost).toBeGreaterThan(0);
    expect(total).toMatchObject({
      reconnects: 1,
      outages: [{ fromMs: expect.any(Number), toMs: expect.any(Number), code: 'CONNECTION_LOST' }],
      errors: [{ code: 'CONNECTION_LOST', count: 1 }],
      state: 'connected',
    });
    expect(total.outageMs).toBeGreaterThanOrEqual(125);
    expect(sessions.filter(({ reconnects }) => reconnects === 1)).toHaveLength(1);
    expect(sessions.find(({ reconnects }) => reconnects === 1)?.firstFrameUs.count).toBe(2);

    await crowd.begin();
    server.stream.hubStream.setState('ended');
    await until(() => server.clients.count === 0);
    await until(() => crowd.progress().ended === 2);
    expect((await crowd.end()).total).toMatchObject({ state: 'ended', errors: [], outageMs: 0, reconnects: 0 });
  });

  it('names what keeps sessions from connecting', async () => {
    const { server, url } = await tcpServer({ token: 's3cret' });
    const closed = await tcpServer();
    await closed.server.stop();
    const targets = [
      `wrong=${url}?token=x`,
      `other=streamer://127.0.0.1:${server.port}/other`,
      `gone=${closed.url}`,
      `fine=${url}`,
    ];
    const crowd = await crowdOf(targets, { workers: 1, token: 's3cret', reconnect: false });
    await feeding(server, () => crowd.resize(8, 0));
    const progress = crowd.progress();
    expect(progress).toMatchObject({ asked: 8, connected: 2, failed: 6 });
    expect(progress.targets.map(({ name, failed, lastError }) => [name, failed, lastError?.code ?? null])).toEqual([
      ['wrong', 2, 'BAD_TOKEN'],
      ['other', 2, 'UNKNOWN_STREAM'],
      ['gone', 2, 'CONNECT_FAILED'],
      ['fine', 0, null],
    ]);
    const figures = await crowd.end();
    expect(figures.targets.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'connected']);
    expect(figures.total).toMatchObject({ state: 'connected', sessions: { asked: 8, connected: 2, failed: 6 } });
    expect(JSON.stringify(figures)).not.toContain('s3cret');
  });
});

async function tcpServer(options: { token?: string; streams?: string[] } = {}) {
  const server = await SyntheticServer.start({ jpegBytes: 30_000, ...options });
  onTestFinished(() => server.stop());
  return { server, url: `streamer://127.0.0.1:${server.port}/cam` };
}

async function webSocketServer() {
  const server = await SyntheticWebSocketServer.start({ jpegBytes: 30_000 });
  onTestFinished(() => server.stop());
  return { server, url: server.url() };
}

async function crowdOf(urls: readonly string[], options: Partial<CrowdOptions>): Promise<Crowd> {
  const logger = createLogger({ level: 'silent', pretty: false });
  const crowd = await openCrowd(
    {
      ...{ targets: parseLoadTargets(urls), workers: 1, token: null, headers: {}, reconnect: true },
      ...{ ffmpegPath: null, sessionName: 'load', ...options },
    },
    { clock, logger },
  );
  onTestFinished(() => crowd.close());
  return crowd;
}

/** Publishes on all streams while `action` runs. */
async function feeding<T>(server: SyntheticHub, action: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    for (const stream of server.streams) stream.publish();
  }, 10);
  try {
    return await action();
  } finally {
    clearInterval(timer);
  }
}

/** Resolves when no frame came for a whole second, after which none is on its way. */
async function quiet(crowd: Crowd): Promise<void> {
  await until(() => crowd.progress().framesPerSecond > 0);
  await until(() => crowd.progress().framesPerSecond === 0);
}

/** Frames that the crowd has in the window, up to the last whole second. */
function framesOf(crowd: Crowd): number {
  return crowd.progress().targets.reduce((sum, { frames }) => sum + frames, 0);
}

/** What the server sent to all sessions since they came. */
function countersOf({ stream }: SyntheticHub) {
  const sum = (get: (counters: SubscriberCounters) => number) =>
    stream.subscribers.reduce((total, { counters }) => total + get(counters), 0);
  return { sent: sum(({ sent }) => sent), sentBytes: sum(({ sentBytes }) => sentBytes) };
}
