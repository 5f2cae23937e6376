import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CrowdOptions, LoadTarget } from '../../../../client/load/crowd.js';
import { CrowdSeconds } from '../../../../client/load/crowd-seconds.js';
import { crowdSubjects } from '../../../../client/load/crowd-subjects.js';
import type { SecondReport } from '../../../../client/load/load-messages.js';
import { SessionPool } from '../../../../client/load/session-pool.js';
import { bucketLayout, windowOrder } from '../../../../client/load/window-order.js';
import { subjectSchema } from '../../../../client/report/run-report-schema.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { LoadSourceOfTest } from '../../../helpers/load-source-of-test.js';

const POOLS = 3;
const SESSIONS = 7;
const THREAD = {
  ...{ cpuPercent: 0, waitedPercent: null },
  loopDelayUs: { p50: 0, p99: 0, max: 0 },
  timerLatenessUs: { p50: 0, p99: 0, max: 0 },
};

/** Frames, each by the session that it comes to and by what it says. */
const anyFrames = fc.array(
  fc.record({
    session: fc.nat(SESSIONS - 1),
    latencyUs: fc.oneof(fc.integer({ min: -5000, max: 400_000 }), fc.constant(null)),
    waitUs: fc.nat(400_000),
    lost: fc.constantFrom(0, 0, 0, 2),
    skipped: fc.constantFrom(0, 0, 0, 1),
  }),
  { maxLength: 150 },
);

describe('sessions over several threads', () => {
  it('come to what all their values come to in one histogram, and to all their counts', () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const crowd = new CrowdOfTest();
        const all = new LatencyHistogram();
        for (const { session, latencyUs, waitUs, lost, skipped } of frames) {
          crowd.clock.advance(waitUs);
          const connection = crowd.sources[session % POOLS]?.latest(`load-${session}`);
          if (lost > 0) connection?.sink.onLost(lost);
          if (skipped > 0) connection?.sink.onSkipped(skipped);
          connection?.frame(crowd.clock.nowUs(), latencyUs, session);
          if (latencyUs !== null) all.record(latencyUs);
        }
        // Time lines have whole buckets only.
        crowd.clock.advance(1_000_000);
        const { total, targets, sessions } = crowd.end();
        const sum = (get: (frame: (typeof frames)[number]) => number) => frames.reduce((n, frame) => n + get(frame), 0);
        expect(total.frames).toEqual({
          received: frames.length,
          lost: sum(({ lost }) => lost),
          skipped: sum(({ skipped }) => skipped),
          corrupt: 0,
        });
        expect(total.bytes).toBe(1000 * frames.length);
        const { values = '', negative: below } = total.histograms?.latency ?? {};
        expect(LatencyHistogram.decode(values, below).state()).toEqual(
          LatencyHistogram.decode(all.encode(), all.encodeNegative()).state(),
        );
        const { count, min, max, p99, negative } = total.latencyUs;
        expect({ count, min, max, p99, negative }).toEqual({
          ...{ count: all.count, min: all.min, max: all.max, p99: all.quantile(0.99), negative: all.negative },
        });
        if (all.count > 0) expect(total.latencyUs.mean).toBeCloseTo(all.mean ?? NaN, 6);
        if (all.count > 0) expect(total.latencyUs.stddev).toBeCloseTo(all.stddev ?? NaN, 3);
        expect(sumOf(total.timeline?.frames)).toBe(frames.length);
        expect(sumOf(targets.map((target) => target.frames.received))).toBe(frames.length);
        expect(sumOf(sessions.map((session) => sumOf(session.timeline?.frames)))).toBe(frames.length);
        expect(greatest(total.timeline?.ageMaxUs) ?? 0).toBeLessThanOrEqual(Math.max(0, total.ageUs.max ?? 0));
        for (const subject of [total, ...targets, ...sessions]) subjectSchema.parse(subject);
      }),
      { numRuns: 60 },
    );
  });

  it('shows the seconds of all threads together', () => {
    const crowd = new CrowdOfTest();
    for (let frame = 0; frame < 20; frame += 1) {
      for (const source of crowd.sources) {
        for (const connection of source.connections) connection.frame(crowd.clock.nowUs(), 1000 + frame);
      }
      crowd.clock.advance(100_000);
    }
    expect(crowd.seconds.progress()).toMatchObject({
      framesPerSecond: 10 * SESSIONS,
      bytesPerSecond: 10_000 * SESSIONS,
      latencyP50Us: 1014,
      latencyP99Us: 1019,
      connected: SESSIONS,
    });
    const { total } = crowd.end();
    expect(total.timeline).toMatchObject({
      frames: [10 * SESSIONS, 10 * SESSIONS],
      latencyP50Us: [1004, 1014],
    });
    expect(total.fps).toMatchObject({ mean: 10 * SESSIONS, min: 10, max: 10 });
  });

  it('have of a figure together the error of those who have the figure', () => {
    const crowd = new CrowdOfTest();
    for (const source of crowd.sources) {
      for (const connection of source.connections) {
        const isTimed = Number(connection.name.split('-')[1]) % 2 === 0;
        // Without a rate there is no age, whatever its clock is worth.
        connection.connect({ nominalFps: isTimed ? 10 : null });
        connection.frame(crowd.clock.nowUs(), 1000, isTimed ? 245 : 3000);
      }
    }
    const { total, targets } = crowd.end();
    expect([total, ...targets].map(({ latencyUs }) => latencyUs.errorUs)).toEqual([3000, 245, 3000]);
    expect([total, ...targets].map(({ ageUs }) => ageUs.errorUs)).toEqual([245, 245, null]);
  });

  it('counts in the rate of all together who was there for a part of the window only', () => {
    const crowd = new CrowdOfTest();
    const connections = crowd.sources.flatMap((source) => source.connections);
    for (let frame = 0; frame < 100; frame += 1) {
      for (const connection of connections) if (connection.isOpen) connection.frame(crowd.clock.nowUs(), 1000);
      crowd.clock.advance(100_000);
      if (frame === 9) connections[0]?.end(null);
    }
    const { total, targets, sessions } = crowd.end();
    const ended = sessions.find(({ state }) => state === 'ended');
    expect(ended?.fps.mean).toBeCloseTo(10, 9);
    expect(total.fps.mean).toBeCloseTo((SESSIONS - 1) * 10 + 1, 9);
    expect(total.fps.mean).toBeCloseTo(total.frames.received / 10, 9);
    expect(sumOf(targets.map(({ fps }) => fps.mean))).toBeCloseTo(total.fps.mean, 9);
  });

  it('begins in all threads at the moment that was ordered, to the frame, also where the timer is late', async () => {
    const crowd = new CrowdOfTest();
    const connections = crowd.sources.flatMap((source) => source.connections);
    const feed = (frames: number, wait: (us: number) => void) => {
      for (let frame = 0; frame < frames; frame += 1) {
        for (const connection of connections) connection.frame(crowd.clock.nowUs(), 1000);
        wait(10_000);
      }
    };
    feed(10, (us) => crowd.clock.advance(us));
    const begun = crowd.beginIn(95_000);
    feed(10, (us) => crowd.clock.advance(us));
    feed(100, (us) => crowd.clock.sleep(us));
    await begun;
    // The window began 5 ms before the first of a hundred frames that are 10 ms apart.
    const { total, sessions } = crowd.end();
    expect(total.frames.received).toBe(100 * SESSIONS);
    for (const { durationMs, fps } of sessions) {
      expect(durationMs).toBe(1005);
      expect(fps.mean).toBeCloseTo(100 / 1.005, 9);
    }
    expect(total.timeline?.frames).toEqual([100 * SESSIONS]);
  });

  it('has right rates of a thread that got the order late', () => {
    const crowd = new CrowdOfTest();
    const [first, ...others] = crowd.pools;
    const connections = crowd.sources.flatMap((source) => source.connections);
    const window = windowOrder(crowd.clock.nowUs(), 60_000, SESSIONS);
    for (const pool of others) void pool.begin(window);
    for (let frame = 0; frame < 100; frame += 1) {
      if (frame === 50) void first?.begin(window);
      for (const connection of connections) connection.frame(crowd.clock.nowUs(), 1000);
      crowd.clock.advance(100_000);
    }
    const { total, sessions } = crowd.end();
    for (const { fps } of sessions) expect(fps).toEqual({ mean: 10, min: 10, max: 10 });
    expect(total.fps.mean).toBeCloseTo(10 * SESSIONS, 9);
    expect(sessions.map(({ durationMs }) => durationMs / 1000).sort()).toEqual([10, 10, 10, 10, 5, 5, 5]);
  });

  it('ends a window that had not begun yet, with nothing in it', async () => {
    const crowd = new CrowdOfTest();
    const connection = crowd.sources[0]?.latest('load-0');
    connection?.frame(crowd.clock.nowUs(), 1000);
    const begun = crowd.beginIn(100_000);
    connection?.frame(crowd.clock.nowUs(), 1000);
    const { total, sessions } = crowd.end();
    await begun;
    expect(total).toMatchObject({ frames: { received: 0 }, fps: { mean: 0 } });
    for (const subject of [total, ...sessions]) subjectSchema.parse(subject);
  });

  it('keeps what a session measured that was closed in the window, and forgets it in the next', async () => {
    const crowd = new CrowdOfTest();
    const connection = crowd.sources[0]?.latest('load-0');
    connection?.frame(crowd.clock.nowUs(), 1000);
    await crowd.pools[0]?.drop([0]);
    const { total, sessions } = crowd.end();
    expect(total).toMatchObject({ frames: { received: 1 }, sessions: { asked: SESSIONS, connected: SESSIONS - 1 } });
    expect(sessions[0]).toMatchObject({ name: 'load-0', state: 'stopped' });
    crowd.begin();
    expect(crowd.end()).toMatchObject({ total: { frames: { received: 0 }, sessions: { asked: SESSIONS - 1 } } });
  });
});

/** A crowd whose threads are in this one, with two targets and sessions of every connection that the test plays. */
class CrowdOfTest {
  readonly clock = new FakeClock();
  readonly sources: LoadSourceOfTest[] = [];
  readonly pools: SessionPool[];
  seconds: CrowdSeconds;
  private readonly targets: LoadTarget[] = ['a', 'b'].map((name) => {
    return { name, kind: 'streamer', url: `streamer://host/${name}`, shownUrl: `streamer://host/${name}` };
  });

  constructor() {
    const window = windowOrder(this.clock.nowUs(), 60_000, SESSIONS);
    this.seconds = this.newSeconds();
    this.pools = Array.from({ length: POOLS }, (_, index) => this.newPool(window, index));
    for (let id = 0; id < SESSIONS; id += 1) {
      const order = { id, name: `load-${id}`, target: id % 2, delayUs: 0 };
      void this.pools[id % POOLS]?.open([order], 1_000_000);
    }
    this.clock.advance(0);
    for (const source of this.sources)
      for (const connection of source.connections) connection.connect({ nominalFps: 10 });
    this.begin();
  }

  begin(): void {
    this.seconds = this.newSeconds();
    for (const pool of this.pools) void pool.begin(windowOrder(this.clock.nowUs(), 60_000, SESSIONS));
  }

  beginIn(us: number): Promise<unknown> {
    const startUs = this.clock.nowUs() + us;
    this.seconds = this.newSeconds(startUs);
    return Promise.all(this.pools.map((pool) => pool.begin(windowOrder(startUs, 60_000, SESSIONS))));
  }

  end() {
    const results = this.pools.map((pool) => structuredClone(pool.end()));
    this.seconds.finish();
    return crowdSubjects({ targets: this.targets, seconds: this.seconds, results, windowMs: 1 });
  }

  private newSeconds(startUs = this.clock.nowUs()): CrowdSeconds {
    const layouts = { total: bucketLayout(startUs, 60_000, 1), target: bucketLayout(startUs, 60_000, 2) };
    const states = Array.from({ length: POOLS }, (_, index) => this.pools?.[index]?.states() ?? []);
    return new CrowdSeconds(layouts, this.targets, states);
  }

  private newPool(window: ReturnType<typeof windowOrder>, index: number): SessionPool {
    const source = new LoadSourceOfTest();
    this.sources.push(source);
    const options: CrowdOptions = {
      ...{ targets: this.targets, workers: POOLS, token: null, headers: {}, reconnect: true },
      ...{ ffmpegPath: null, sessionName: 'load' },
    };
    const watch = { begin: () => undefined, figures: () => THREAD, recentLoopDelayP99Us: () => 0 };
    const say = (second: SecondReport) => this.seconds.add(index, structuredClone(second));
    return new SessionPool({ clock: this.clock, watch, options, say, openSource: () => source }, window);
  }
}

function sumOf(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function greatest(values: readonly (number | null)[] = []): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 ? null : Math.max(...known);
}
