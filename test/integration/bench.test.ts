import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchReport } from '../../client/bench/bench-report.js';
import type { BenchOutcome } from '../../client/bench/coordinator.js';
import { pageOf } from '../../client/report/page-of.js';
import { pageText } from '../../client/report/page-text.js';
import { startProvenance } from '../../client/report/provenance.js';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import { SystemClock } from '../../shared/clock.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { resultOf } from '../helpers/bench-room-of-test.js';
import { BenchServer } from '../helpers/bench-run.js';
import { until } from '../helpers/until.js';

const KEY = '0123456789abcdef';

/** The report as a file would have it; every clock and delay is let pass, since this machine may be busy. */
function reportOf(outcome: BenchOutcome | null, devicesAsked = 1): RunReport {
  if (!outcome) throw new Error('It was stopped before anything was measured.');
  const provenance = startProvenance({ clock: new SystemClock(), commandLine: ['bench'] }).finish(outcome.interrupted);
  const devices = outcome.devices.map((known) => ({
    ...known,
    result: known.result && { ...known.result, ownDelayP99Us: 0 },
  }));
  const parts = { devicesAsked, maxClockErrorUs: 1e9, durationMs: 60_000, server: null, provenance };
  const report = benchReport({ ...outcome, devices }, parts);
  return runReportSchema.parse(JSON.parse(JSON.stringify(report)));
}

function whysOf(report: RunReport): Record<string, string | null> {
  if (report.details.kind !== 'bench') throw new Error('another kind of report');
  return Object.fromEntries(report.details.devices.map(({ subject, why }) => [subject, why]));
}

describe('a benchmark of several devices', () => {
  let server: BenchServer;
  beforeAll(async () => {
    server = await BenchServer.start();
  });
  afterAll(() => server.stop());

  it('measures the same frames on all of them, over TCP and WebSocket: those that were published', async () => {
    const devices = [
      await server.device('tcp-1'),
      await server.device('tcp-2'),
      await server.device('web', server.webSocket),
    ];
    const outcome = await server.coordinator({ devices: 3 }).run();
    const { window } = outcome!;
    const published = server.published(window).length;
    expect(published).toBeGreaterThan(0);
    const results = devices.map((device) => device.results[0]!);
    for (const { received, lost, skipped, corrupt, fromTimeUs, toTimeUs } of results) {
      expect({ received, lost, corrupt, fromTimeUs, toTimeUs }).toEqual({
        ...{ received: published, lost: 0, corrupt: 0 },
        ...{ fromTimeUs: window.startTimeUs, toTimeUs: window.stopTimeUs },
      });
      // Frames that the server was too late for are missing for all of them.
      expect(received + skipped).toBe(50);
    }

    const report = reportOf(outcome, 3);
    expect(whysOf(report)).toEqual({ 'tcp-1': null, 'tcp-2': null, web: null });
    const { total, subjects } = report;
    expect(total!.frames.received).toBe(3 * published);
    const all = new LatencyHistogram();
    for (const { latency, latencyNegative } of results) all.merge(LatencyHistogram.decode(latency, latencyNegative));
    expect(total!.histograms!.latency.values).toBe(all.encode());
    expect(total!.latencyUs).toMatchObject({ count: 3 * published, p99: all.quantile(0.99), max: all.max });
    expect(subjects.map(({ kind, clockErrorUs }) => [kind, clockErrorUs])).toEqual(
      results.map(({ clock }) => ['device', clock.errorUs]),
    );
    expect(total!.clockErrorUs).toBe(Math.max(...results.map(({ clock }) => clock.errorUs ?? 0)));
    expect(pageText(pageOf(report), 80)).toContain('3 of 3 in the total');
  });

  it('names who came late, who left and who was never right, and counts only the others', async () => {
    const good = await server.device('good');
    const leaver = await server.device('leaver');
    const liar = await server.client();
    liar.say({ kind: 'join', name: 'liar', platform: 'other', key: KEY });
    const coordinator = server.coordinator({ devices: 3, durationMs: 2000 });
    const outcome = coordinator.run();
    await until(() => coordinator.devices.some(({ progress }) => (progress?.frames ?? 0) > 0));
    leaver.node.close();
    const late = await server.device('late');
    const { benchId, startTimeUs, stopTimeUs } = await liar.heard('run');
    await until(() => coordinator.phase === 'collecting');
    const lies = resultOf([1, 2, 3], { fromTimeUs: startTimeUs, toTimeUs: stopTimeUs, received: 2 ** 50 });
    liar.say({ kind: 'result', benchId, ...lies });
    const report = reportOf(await outcome, 3);
    expect(whysOf(report)).toEqual({
      good: null,
      leaver: expect.stringMatching(/^it left .* before the end$/),
      late: expect.stringMatching(/^it joined .* late$/),
      liar: 'it says it saw 1125899906842624 frames, where the window has 210 at most',
    });
    expect(report.total!.frames.received).toBe(good.results[0]!.received);
    // Who left is not connected at the end; all of them connected.
    expect(report.total!.sessions).toEqual({ asked: 4, connected: 3, failed: 0 });
    const doubts = report.validity.checks.filter(({ ok }) => !ok).map(({ name, value }) => [name, value]);
    expect(doubts).toEqual([
      ['Devices that are not in the total', 3],
      ['Frames behind the p99', expect.any(Number)],
    ]);
    expect(report.subjects.find(({ name }) => name === 'late')!.fps.min).toBeGreaterThan(0);
    expect(report.verdict.sentence).toMatch(/^1 of 4 devices received /);
    expect(late.results[0]!.received).toBeLessThan(good.results[0]!.received);
    const warnings = report.findings.filter(({ severity }) => severity === 'warning').map(({ sentence }) => sentence);
    for (const name of ['leaver', 'late', 'liar']) expect(warnings.join()).toContain(`${name} is not in the total`);
  });

  it('takes no result for another device, none that is no histogram, and no second one', async () => {
    const good = await server.device('good');
    const [broken, thief] = [await server.client(), await server.client()];
    broken.say({ kind: 'join', name: 'broken', platform: 'other', key: KEY });
    const coordinator = server.coordinator({ devices: 2 });
    const running = coordinator.run();
    const { benchId, startTimeUs: fromTimeUs, stopTimeUs: toTimeUs } = await broken.heard('run');
    await until(() => coordinator.phase === 'collecting' || good.results.length > 0);
    const result = resultOf([7], { fromTimeUs, toTimeUs, received: 1 });
    thief.say({ kind: 'result', benchId, ...result });
    expect(await thief.heard('refused')).toMatchObject({ code: 'BENCH_REFUSED' });
    await until(() => new SystemClock().nowUs() > toTimeUs);
    broken.say({ kind: 'result', benchId, ...result, latency: 'AAAA' });
    broken.say({ kind: 'result', benchId, ...result });
    const outcome = await running;
    expect(await broken.heard('refused')).toMatchObject({ code: 'BENCH_REFUSED' });
    const report = reportOf(outcome, 2);
    expect(whysOf(report)).toEqual({ good: null, broken: expect.stringMatching(/^its result is broken: /) });
    expect(report.total!.latencyUs.count).toBe(good.results[0]!.received);
  });

  it('goes on with a device that lost its connection: it keeps its place, and its missing frames are lost', async () => {
    const device = await server.device('shaky');
    const coordinator = server.coordinator({ durationMs: 2000 });
    const running = coordinator.run();
    await until(() => coordinator.phase === 'running' && (coordinator.devices[0]?.progress?.frames ?? 0) > 0);
    const record = server.app.clients.list().find(({ name }) => name === 'shaky');
    record!.disconnect('SERVER_CLOSING', 'Try again.');
    const report = reportOf(await running);
    const { received, lost, skipped, reconnects } = device.results[0]!;
    expect({ reconnects, frames: received + lost + skipped }).toEqual({ reconnects: 1, frames: 100 });
    expect(lost).toBeGreaterThan(0);
    expect(report.subjects).toHaveLength(1);
    expect(report.findings.map(({ sentence }) => sentence).join()).toContain('shaky lost its connection in the window');
  });

  it('stops early and reports what there is; the devices take part in the next one', async () => {
    const device = await server.device('a');
    const first = server.coordinator({ durationMs: 600_000 });
    const running = first.run();
    await until(() => first.phase === 'running' && (first.devices[0]?.progress?.frames ?? 0) > 0);
    first.stop();
    const outcome = await running;
    const { startTimeUs, stopTimeUs } = outcome!.window;
    expect(stopTimeUs - startTimeUs).toBeLessThan(60_000_000);
    expect(device.results[0]).toMatchObject({
      received: server.published(outcome!.window).length,
      toTimeUs: stopTimeUs,
    });
    expect(reportOf(outcome)).toMatchObject({ verdict: { level: 'done' }, provenance: { interrupted: true } });

    const second = await server.coordinator({ stream: 'door', devices: 1 }).run();
    expect(second!.stream.name).toBe('door');
    expect(device.results[1]).toMatchObject({ lost: 0 });
    expect(device.results[1]!.received + device.results[1]!.skipped).toBe(20);
  });

  it('is refused by a server that has one, has no such stream, or is told when nobody comes', async () => {
    const first = server.coordinator({ devices: 5 });
    const running = first.run();
    await until(() => first.phase === 'waiting');
    await expect(server.coordinator().run()).rejects.toMatchObject({ code: 'BENCH_BUSY' });
    first.stop();
    expect(await running).toBeNull();
    await expect(server.coordinator({ stream: 'nowhere' }).run()).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    await expect(server.coordinator({ waitMs: 50 }).run()).rejects.toMatchObject({ code: 'NO_DEVICES' });
  });

  it('begins with those who are there when the time to wait is over', async () => {
    await server.device('only');
    const report = reportOf(await server.coordinator({ devices: 3, waitMs: 100 }).run(), 3);
    expect(whysOf(report)).toEqual({ only: null });
    expect(report.findings.map(({ sentence }) => sentence)).toContain('2 of the 3 devices never joined.');
  });
});
