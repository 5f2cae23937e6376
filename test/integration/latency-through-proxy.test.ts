import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../shared/clock.js';
import { Measurement } from '../../client/measurement.js';
import type { Snapshot } from '../../client/metrics/snapshot.js';
import type { SessionFrame } from '../../client/session.js';
import { DelayProxy } from '../helpers/delay-proxy.js';
import { ServerProcess } from '../helpers/server-process.js';

const FRAMES = 150;
/**
 * Server and test run on one machine, so the true offset of their clocks is only what lies between the two readings of
 * the epoch at their starts.
 */
const ANCHOR_TOLERANCE_US = 2000;
/** Timers of Node.js may fire up to a millisecond early by the microsecond clock. */
const TIMER_EARLY_US = 1000;

/** Measures until `FRAMES` frames came through the port; returns them with the figures. */
function measure(port: number): Promise<{ frames: SessionFrame[]; snapshot: Snapshot }> {
  return new Promise((resolve, reject) => {
    const frames: SessionFrame[] = [];
    const measurement: Measurement = new Measurement(
      { host: '127.0.0.1', port, name: 'test', token: null, subscriptions: [{}], reconnect: false, decode: false },
      {
        onFrame: (frame) => {
          if (!frame.kept) frames.push(frame);
          if (frames.length === FRAMES) measurement.close();
        },
        onEnd: (error) => (error ? reject(error) : resolve({ frames, snapshot: measurement.snapshot() })),
      },
      new SystemClock(),
    );
    measurement.start();
  });
}

describe('latency over a path of known delays', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start(['test:testsrc?size=160x120&fps=30']);
  });
  afterAll(() => server.stop());

  it.each([
    { name: 'none added', toServerUs: 0, toClientUs: 0 },
    { name: 'symmetric', toServerUs: 20_000, toClientUs: 20_000 },
    { name: 'all of it towards the server', toServerUs: 60_000, toClientUs: 0 },
    { name: 'all of it towards the client', toServerUs: 0, toClientUs: 60_000 },
  ])('is right within its own error: $name', async ({ toServerUs, toClientUs }) => {
    const proxy = await DelayProxy.start(server.port, { toServerUs, toClientUs });
    const { frames, snapshot } = await measure(proxy.port);
    await proxy.stop();

    for (const { clock } of frames) {
      if (clock) expect(Math.abs(clock.offsetUs)).toBeLessThanOrEqual(clock.errorUs + ANCHOR_TOLERANCE_US);
    }
    const { latencyUs, stagesUs } = snapshot.streams[0]!;
    const errorUs = latencyUs.errorUs!;
    const trueLatencies = frames
      .map((frame) => frame.receivedTimeUs - frame.header.captureTimeUs)
      .sort((a, b) => a - b);
    const trueMedianUs = trueLatencies[FRAMES / 2]!;
    expect(latencyUs.count).toBe(FRAMES);
    expect(Math.abs(latencyUs.p50! - trueMedianUs)).toBeLessThanOrEqual(errorUs + ANCHOR_TOLERANCE_US);
    expect(stagesUs.network.p50! + errorUs).toBeGreaterThanOrEqual(toClientUs - TIMER_EARLY_US);
    // An error bar that is right only because it is wide would be worth nothing: half the round trip is its bound.
    expect(errorUs).toBeLessThanOrEqual(snapshot.clock.rttUs.p50! / 2 + ANCHOR_TOLERANCE_US);
  });
});
