import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';
import { ClientProcess } from '../helpers/client-process.js';
import { DelayProxy } from '../helpers/delay-proxy.js';
import { NetworkNamespace } from '../helpers/network-namespace.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';
import { ServerProcess } from '../helpers/server-process.js';

const hasFaketime = requirePart('faketime', hasCommand('faketime'), 'apt-get install faketime');

/** All processes read the epoch of one machine when they start, so true offsets are known but for what lies between. */
const ANCHOR_TOLERANCE_US = 2000;
/** Timers of Node.js may fire up to a millisecond early by the microsecond clock. */
const TIMER_EARLY_US = 1000;
const HOUR_S = 3600;

/** A device whose clock is off by `shiftS`, behind links that hold what they carry for so long. */
interface Place {
  readonly name: string;
  readonly shiftS: number;
  readonly toServerUs: number;
  readonly toClientUs: number;
  readonly overWebSocket?: boolean;
}

const PLACES: readonly Place[] = [
  { name: 'near', shiftS: 0, toServerUs: 0, toClientUs: 0 },
  { name: 'fast-clock', shiftS: 2 * HOUR_S, toServerUs: 0, toClientUs: 60_000 },
  { name: 'slow-clock', shiftS: -7.25, toServerUs: 60_000, toClientUs: 0 },
  { name: 'last-year', shiftS: -400 * 24 * HOUR_S, toServerUs: 25_000, toClientUs: 25_000, overWebSocket: true },
];

interface JoinSummary {
  readonly name: string;
  readonly benchmarks: readonly { readonly stream: string; readonly result: DeviceResult }[];
  readonly error: string | null;
}

describe('a benchmark of devices with clocks and links of their own', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start(['cam=test:testsrc?size=160x120&fps=30']);
  });
  afterAll(() => server.stop());

  /** Starts a device as a machine of its own, where the system has namespaces. */
  async function start(place: Place): Promise<ClientProcess> {
    const namespace = await NetworkNamespace.create();
    const host = namespace?.outerAddress ?? '127.0.0.1';
    const target = place.overWebSocket ? server.httpPort : server.port;
    const proxy = await DelayProxy.start(target, place, host);
    onTestFinished(async () => {
      await proxy.stop();
      await namespace?.remove();
    });
    const address = `${place.overWebSocket ? 'ws' : 'streamer'}://${host}:${proxy.port}`;
    const clock = place.shiftS === 0 ? [] : ['faketime', '-f', `${place.shiftS > 0 ? '+' : ''}${place.shiftS}s`];
    return ClientProcess.run(
      ['join', address, '--name', place.name, '--once', '--json'],
      { FAKETIME_DONT_FAKE_MONOTONIC: '1' },
      [...(namespace?.prefix ?? []), ...clock],
    );
  }

  it.skipIf(!hasFaketime)('has the truth inside every error', { timeout: 90_000 }, async () => {
    const devices = await Promise.all(PLACES.map(start));
    const bench = ClientProcess.run([
      ...['bench', '--port', String(server.port), '--devices', String(PLACES.length), '--duration', '2'],
      ...['--lead', '2', '--max-clock-error', '1000', '--json'],
    ]);
    expect(await bench.exit).toMatchObject({ code: 0 });
    const report = runReportSchema.parse(JSON.parse(bench.stdout));
    const summaries: JoinSummary[] = [];
    for (const device of devices) {
      expect(await device.exit).toMatchObject({ code: 0 });
      summaries.push(JSON.parse(device.stdout) as JoinSummary);
    }

    const reference = resultOf(summaries[0]!);
    for (const [index, place] of PLACES.entries()) {
      const { clock, received, lost, skipped } = resultOf(summaries[index]!);
      const errorUs = clock.errorUs!;
      const { latency } = histogramOf(report, place.name);
      // The device's clock is ahead by the shift, so the server's is behind it by as much.
      const trueOffsetUs = -place.shiftS * 1e6;
      expect(Math.abs(clock.offsetUs! - trueOffsetUs)).toBeLessThanOrEqual(errorUs + ANCHOR_TOLERANCE_US);
      const inReport = report.clocks.find(({ of }) => of === place.name)!;
      expect(Math.abs(inReport.offsetUs! + trueOffsetUs)).toBeLessThanOrEqual(errorUs + ANCHOR_TOLERANCE_US);
      expect(latency.min! + errorUs).toBeGreaterThanOrEqual(place.toClientUs - TIMER_EARLY_US);
      // An error bar that is right only because it is wide would be worth nothing: half the round trip is its bound.
      expect(errorUs).toBeLessThanOrEqual(clock.rttP50Us! / 2 + ANCHOR_TOLERANCE_US);
      expect(clock.rttMinUs).toBeGreaterThanOrEqual(place.toServerUs + place.toClientUs - 2 * TIMER_EARLY_US);
      // What the same frames took on a path of the same machine without the delay, and the delay: that is the truth.
      const undelayedUs = histogramOf(report, 'near').latency.min!;
      const trueMinUs = undelayedUs + place.toClientUs;
      const slackUs = errorUs + reference.clock.errorUs! + ANCHOR_TOLERANCE_US + 3 * TIMER_EARLY_US;
      expect(Math.abs(latency.min! - trueMinUs)).toBeLessThanOrEqual(slackUs);
      expect({ frames: received + skipped, lost }).toEqual({ frames: 60, lost: 0 });
    }
    expect(report.total!.frames.received).toBe(summaries.reduce((sum, one) => sum + resultOf(one).received, 0));
    expect(report.verdict.sentence).toMatch(/^4 devices received/);
  });

  it('leaves out whose clock is less certain than was asked for, and writes what there is after Ctrl+C', async () => {
    const proxy = await DelayProxy.start(server.port, { toServerUs: 80_000, toClientUs: 0 });
    onTestFinished(() => proxy.stop());
    const device = ClientProcess.run(['join', `127.0.0.1:${proxy.port}`, '--name', 'far', '--once', '--plain']);
    const bench = ClientProcess.run([
      ...['bench', '--port', String(server.port), '--devices', '2', '--local', '1', '--duration', '600'],
      ...['--max-clock-error', '20', '--lead', '1', '--plain'],
    ]);
    await bench.until(({ stdout }) => /measuring .* worst p99 \d/.test(stdout));
    bench.kill('SIGINT');
    expect(await bench.exit).toMatchObject({ code: 0 });
    const words = bench.stdout.replace(/\s+/g, ' ');
    expect(words).toMatch(
      /far is not in the total: its clock is uncertain by [\d.]+ ms, where 20(\.0)? ms is the limit/,
    );
    expect(words).toContain('1 of 2 in the total');
    expect(await device.exit).toMatchObject({ code: 0 });
    expect(device.stdout).toMatch(/far measured\n +stream cam: \d+ frames/);
  });

  it('says why nothing began', async () => {
    const alone = ClientProcess.run(['bench', '--port', String(server.port), '--wait', '0.2', '--plain']);
    expect(await alone.exit).toMatchObject({ code: 1 });
    expect(alone.stderr).toContain('(NO_DEVICES)');
    const wrong = ClientProcess.run(['join', 'http://127.0.0.1:1', '--plain']);
    expect(await wrong.exit).toMatchObject({ code: 2 });
    const nobody = ClientProcess.run(['join', '127.0.0.1:1', '--plain']);
    expect(await nobody.exit).toMatchObject({ code: 1 });
    expect(nobody.stderr).toContain('(CONNECT_FAILED)');
  });
});

function resultOf({ benchmarks }: JoinSummary): DeviceResult {
  return benchmarks[0]!.result;
}

/** As the report has it: what the device sent, through the server and the coordinator. */
function histogramOf({ subjects }: RunReport, name: string): { latency: LatencyHistogram } {
  const { values, negative } = subjects.find((subject) => subject.name === name)!.histograms!.latency;
  return { latency: LatencyHistogram.decode(values, negative) };
}
