import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolvePublish } from '../../../../server/publish/publish-config.js';
import { makeReport } from '../../../../server/publish/publish-report.js';
import { publishReportSchema } from '../../../../server/publish/publish-report-schema.js';
import { reportFileName, verdictOn } from '../../../../server/publish/run-end.js';
import { StreamerError } from '../../../../shared/errors.js';
import { fleetOfTest } from '../../../helpers/fleet-of-test.js';

const SECOND = 1_000_000;
const YAML = 'publisher: { codec: libx264, bitrate: 1M }\nload_test: { concurrent_streams: 3, duration: 60 }\n';
const { config } = resolvePublish({
  flags: { to: 'rtsp://user:s3cret-word@127.0.0.1:8554/load' },
  env: {},
  file: { name: 'x.yaml', text: YAML },
  sampleVideo: '/videos/sample.mp4',
});

function factsOf(startedUs: number, endedUs: number) {
  return {
    ...{ startedUs, endedUs, command: 'streamer-server publish', to: config.to },
    ...{ nodeVersion: 'v20.0.0', ffmpegVersion: '6.0', cpuSeconds: 1, memoryBytes: 100_000_000 },
  };
}

async function runOfTest() {
  const test = fleetOfTest();
  const startedUs = test.clock.nowUs();
  test.fleet.start(3);
  await test.pass(5 * SECOND);
  test.sender('stream-002').fail();
  await test.pass(SECOND);
  test.sender('stream-002').connect();
  await test.pass(4 * SECOND);
  await test.fleet.remove('stream-003');
  const report = makeReport(test.fleet, config, factsOf(startedUs, test.clock.nowUs()));
  await test.fleet.stop();
  return report;
}

describe('makeReport', () => {
  it('has what every stream did, and can be read back', async () => {
    const report = await runOfTest();
    expect(publishReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({
      durationMs: 10_000,
      config: { streams: 3, codec: 'libx264', bitrateBps: 1_000_000, durationMs: 60_000 },
      totals: { streams: 3, healthyAtEnd: 2, unstarted: 0, reconnects: 1, errors: 1 },
      resources: {
        cpuPercent: { min: 10, mean: 10, max: 10 },
        process: { cpuPercentOfCore: 10, memoryBytes: 100_000_000 },
      },
      limits: [],
    });
    const [gone, first, second] = report.streams;
    expect(gone).toMatchObject({ name: 'stream-003', ended: 'removed' });
    expect(first).toMatchObject({ name: 'stream-001', health: 'healthy', ended: null, errors: [], framesDropped: 0 });
    expect(first?.fps).toBeCloseTo(30, 0);
    expect(first?.server).toEqual({ isReady: true, readers: 2, bytesReceived: 7 });
    expect(second).toMatchObject({ reconnects: 1, errors: [{ code: 'PUBLISH_LOST', count: 1 }] });
    expect(second?.publishingMs).toBeLessThan(first?.publishingMs ?? 0);
    const { framesSent } = report.totals;
    expect(framesSent).toBe(report.streams.reduce((sum, stream) => sum + stream.framesSent, 0));
  });

  it('holds no secret', async () => {
    expect(JSON.stringify(await runOfTest())).not.toContain('s3cret');
  });
});

describe('publishReportSchema', () => {
  // `vitest run -u` writes the file anew.
  it('is what docs/publish-report.schema.json says', async () => {
    const schema = z.toJSONSchema(publishReportSchema, { io: 'input' });
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../../docs/publish-report.schema.json');
  });
});

describe('verdictOn', () => {
  it('is an error where a limit kept streams from running', async () => {
    const { fleet, machine, pass, clock } = fleetOfTest();
    const startedUs = clock.nowUs();
    fleet.start(10);
    await pass(SECOND);
    machine.load = { cpuPercent: 99, memoryPercent: 10 };
    await pass(8 * SECOND);
    const report = makeReport(fleet, config, factsOf(startedUs, clock.nowUs()));
    expect(publishReportSchema.parse(report).limits[0]?.shed).toEqual(['stream-010']);
    const verdict = verdictOn(report, true);
    expect(verdict).toBeInstanceOf(StreamerError);
    expect(verdict).toMatchObject({ code: 'RESOURCE_LIMIT', exitCode: 1 });
    await fleet.stop();
  });

  it('tells nothing published from nothing asked for', async () => {
    const report = await runOfTest();
    expect(verdictOn(report, false)).toBe(0);
    const empty = { ...report, totals: { ...report.totals, framesSent: 0 } };
    expect(verdictOn(empty, true)).toBe(130);
    expect(verdictOn(empty, false)).toMatchObject({ code: 'NO_FRAMES' });
    expect(verdictOn({ ...empty, totals: { ...empty.totals, streams: 0 } }, false)).toBe(0);
  });
});

describe('reportFileName', () => {
  it('has date and time', () => {
    expect(reportFileName(new Date(2026, 0, 31, 23, 5, 9))).toBe('publish_report_20260131_230509.json');
  });
});
