import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Order } from '../../client/load/load-messages.js';
import { LoadThread } from '../../client/load/load-thread.js';
import { parseLoadTargets } from '../../client/load/load-target.js';
import { openCrowd } from '../../client/load/open-crowd.js';
import { windowOrder } from '../../client/load/window-order.js';
import { readAnchor } from '../../client/load/worker-clock.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const clock = new SystemClock();
const logger = createLogger({ level: 'silent', pretty: false });

describe('a crowd that loses a thread', () => {
  it('says so at once, goes on showing the others, and gives what they measured', async () => {
    const { server, options } = await setUp(2);
    const crowd = await openCrowd(options, { clock, logger });
    onTestFinished(() => crowd.close());
    const timer = setInterval(() => server.stream.publish(), 10);
    onTestFinished(() => clearInterval(timer));
    await crowd.resize(4, 0);
    await crowd.begin();
    expect(crowd.progress().threadError).toBeNull();
    await workersOf(crowd)[0]?.terminate();
    await until(() => crowd.progress().threadError !== null);
    expect(crowd.progress()).toMatchObject({ asked: 4, failed: 2, threadError: { code: 'INTERNAL' } });
    const [before] = crowd.progress().targets;
    await until(() => (crowd.progress().targets[0]?.frames ?? 0) > (before?.frames ?? 0));
    const { total, targets, sessions, generator, lostThreads } = await crowd.end();
    expect(total.frames.received).toBeGreaterThan(0);
    expect(total.sessions).toEqual({ asked: 4, connected: 2, failed: 2 });
    expect(total.errors).toEqual([expect.objectContaining({ code: 'INTERNAL', count: 2 })]);
    expect(targets[0]?.sessions.failed).toBe(2);
    expect(sessions).toHaveLength(2);
    expect(generator.threads.map(({ name }) => name)).toEqual(['main', 'load-2']);
    expect(lostThreads.map(({ message }) => message)).toEqual([expect.stringContaining('load-1')]);
    await workersOf(crowd)[1]?.terminate();
    await expect(crowd.end()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('keeps a thread that could not do what it was told', async () => {
    const { options } = await setUp(1);
    const window = windowOrder(clock.nowUs(), 1000, 1);
    const gone: unknown[] = [];
    const listener = {
      onSecond: () => undefined,
      onStates: () => undefined,
      onGone: (error: unknown) => gone.push(error),
    };
    const thread = new LoadThread('load-1', { options, anchor: readAnchor(clock), window }, clock, listener);
    onTestFinished(() => thread.close());
    expect(await thread.ask({ kind: 'begin', window: null } as unknown as Order)).toBeNull();
    expect(thread.error).toMatchObject({ code: 'INTERNAL' });
    expect(await thread.ask({ kind: 'begin', window })).toBeNull();
    const result = await thread.ask({ kind: 'end' });
    expect(result?.sessions).toEqual([]);
    expect(gone).toEqual([]);
  });
});

async function setUp(workers: number) {
  const server = await SyntheticServer.start({ jpegBytes: 1000 });
  onTestFinished(() => server.stop());
  const targets = parseLoadTargets([`streamer://127.0.0.1:${server.port}/cam`]);
  const options = {
    targets,
    workers,
    token: null,
    headers: {},
    reconnect: true,
    ffmpegPath: null,
    sessionName: 'load',
  };
  return { server, options };
}

/** The threads themselves, since no order ends one. */
function workersOf(crowd: unknown): Worker[] {
  return (crowd as { threads: { worker: Worker }[] }).threads.map(({ worker }) => worker);
}
