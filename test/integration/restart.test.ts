import { beforeEach, describe, expect, it } from 'vitest';
import { Measurement } from '../../client/measurement.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { ErrorCode } from '../../shared/errors.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { ServerProcess } from '../helpers/server-process.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

/** Frames before and after the outage. */
const FRAMES = 40;
const SOURCE = 'cam=test:testsrc?size=160x120&fps=30';

describe('the figures of a client whose server is restarted', () => {
  let measurement: Measurement;
  let outages: { code: ErrorCode; retryInMs: number }[];
  let connections: number;

  beforeEach(() => {
    outages = [];
    connections = 0;
  });

  it('go on, count the outage, and take the new sequence for what it is', async () => {
    const clock = new FakeClock();
    const first = await SyntheticServer.start({ clock });
    measure(first.port, clock);
    await until(() => connections === 1);
    await publish(first, clock);

    const downFromUs = clock.nowUs();
    await first.kill();
    await until(() => outages.length === 1);
    expect(measurement.snapshot()).toMatchObject({ state: 'reconnecting', reconnects: 0 });
    for (let attempts = 1; attempts < 5; attempts += 1) {
      waitForRetry(clock);
      await until(() => outages.length === attempts + 1);
    }
    const second = await SyntheticServer.start({ clock, port: first.port });
    waitForRetry(clock);
    await until(() => connections === 2);
    const outageUs = clock.nowUs() - downFromUs;
    second.stream.passOver();
    await publish(second, clock);

    measurement.close();
    const { state, reconnects, outageMs, streams } = measurement.snapshot();
    expect({ state, reconnects, outageMs }).toEqual({
      state: 'closed',
      reconnects: 1,
      outageMs: Math.round(outageUs / 1000),
    });
    expect(outages.map(({ code }) => code)).toEqual(['CONNECTION_LOST', ...new Array(4).fill('CONNECT_FAILED')]);
    expect(streams).toHaveLength(1);
    const { frames, latencyUs, ageUs } = streams[0]!;
    expect(frames).toEqual({ received: 2 * FRAMES, lost: 0, skipped: 0, corrupt: 0, kept: 0 });
    expect(latencyUs.count).toBe(2 * FRAMES);
    // Every frame came within an interval of its time, so only the age knows of the outage.
    const { intervalUs } = second.stream;
    expect(latencyUs.max).toBeLessThan(intervalUs + latencyUs.errorUs!);
    expect(ageUs.max).toBeGreaterThan(outageUs - intervalUs);
    expect(ageUs.max).toBeLessThan(outageUs + 2 * intervalUs);
    await second.stop();
    await until(() => clock.pending === 0);
  });

  it('go on with the real server, killed and started again on its port', { timeout: 60_000 }, async () => {
    const first = await ServerProcess.start([SOURCE]);
    const { port } = first;
    measure(port, new SystemClock());
    await until(() => received() >= FRAMES);
    first.kill('SIGKILL');
    await first.exit;
    await until(() => outages.length > 0);
    const receivedBefore = received();

    const second = await ServerProcess.start([SOURCE, '--port', String(port)]);
    await until(() => received() >= receivedBefore + FRAMES);
    const { state, reconnects, outageMs, streams } = measurement.snapshot();
    expect({ state, reconnects }).toEqual({ state: 'connected', reconnects: 1 });
    expect(outageMs).toBeGreaterThan(0);
    expect(streams).toHaveLength(1);
    expect(streams[0]!.frames).toMatchObject({ lost: 0, corrupt: 0 });
    measurement.close();
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  function measure(port: number, clock: Clock): void {
    measurement = new Measurement(
      { host: '127.0.0.1', port, name: 'test', token: null, subscriptions: [{}], reconnect: true, decode: false },
      {
        onConnected: () => (connections += 1),
        onOutage: ({ code }, retryInMs) => outages.push({ code, retryInMs }),
      },
      clock,
    );
    measurement.start();
  }

  /** Publishes frames at their rate, each when the one before has arrived. */
  async function publish({ stream }: SyntheticServer, clock: FakeClock): Promise<void> {
    const before = received();
    for (let frame = 1; frame <= FRAMES; frame += 1) {
      stream.publish();
      await until(() => received() === before + frame);
      clock.advance(stream.intervalUs);
    }
  }

  function waitForRetry(clock: FakeClock): void {
    clock.advance(Math.ceil((outages.at(-1)?.retryInMs ?? 0) * 1000));
  }

  function received(): number {
    return measurement.snapshot().streams[0]?.frames.received ?? 0;
  }
});
