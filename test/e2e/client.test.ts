import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUMMARY_SCHEMA, summarySchema } from '../../client/report/summary-schema.js';
import type { SessionSummary, StreamSummary } from '../../client/report/summary-schema.js';
import { runNode } from '../helpers/run-command.js';
import { CLIENT_BINARY, ServerProcess } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

type OneStream = SessionSummary & StreamSummary;

const SUMMARY_FIELDS = [
  'schema',
  'server',
  'startedAt',
  'durationMs',
  'clock',
  'reconnects',
  'outageMs',
  'stream',
  'state',
  'reason',
  'encoding',
  'timeSource',
  'timeSources',
  'frames',
  'fps',
  'bytes',
  'throughputMbps',
  'latencyUs',
  'ageUs',
  'jitterUs',
  'stagesUs',
  'histograms',
];

let server: ServerProcess;
let files: VideoFixtures;
/** Keeps both streams running, so that clients with little time need not wait for FFmpeg to start. */
let audience: Viewer;
beforeAll(async () => {
  files = await VideoFixtures.create();
  server = await ServerProcess.start(['door=test:testsrc?size=160x120&fps=30', 'yard=test:bars?size=64x48&fps=10']);
  audience = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
  await audience.take(1);
});
afterAll(async () => {
  await files.remove();
  await audience.close();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

describe.concurrent('--json', () => {
  it('prints one object of the schema and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run(['--json', '--duration', '2']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    const summary = JSON.parse(stdout) as OneStream;
    expect(Object.keys(summary)).toEqual(SUMMARY_FIELDS);
    expect(summarySchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({
      schema: SUMMARY_SCHEMA,
      server: `127.0.0.1:${server.port}`,
      stream: 'door',
      frames: { lost: 0, corrupt: 0 },
      reconnects: 0,
      outageMs: 0,
      stagesUs: { clientDecode: { p50: null, p99: null } },
    });
    const { durationMs, frames, latencyUs, clock, stagesUs } = summary;
    expect(durationMs).toBeGreaterThanOrEqual(2000);
    expect(frames.received).toBeGreaterThan(10);
    expect(latencyUs.count).toBeGreaterThan(10);
    for (const known of [clock.offsetUs, clock.errorUs, clock.driftPpm, clock.rttUs.p50, stagesUs.network.p99]) {
      expect(known).not.toBeNull();
    }
  });

  it('holds every latency in its histogram', async () => {
    const { latencyUs, histograms } = await summaryOf(['--duration', '1']);
    const histogram = decodeFromCompressedBase64(histograms.latency);
    expect(histogram.totalCount).toBe(latencyUs.count - latencyUs.negative);
    expect(histogram.maxValue).toBeGreaterThanOrEqual(latencyUs.max ?? Infinity);
    expect(histogram.getValueAtPercentile(50)).toBeLessThanOrEqual(histogram.maxValue);
  });

  it.each([
    { what: 'named', args: ['--stream', 'yard', '--stream', 'door'], streams: ['door', 'yard'] },
    { what: 'all', args: ['--stream', 'all'], streams: ['door', 'yard'] },
  ])('has an array of streams where several are watched: $what', async ({ args, streams }) => {
    const { exitCode, stdout } = await run(['--json', '--duration', '1', ...args]);
    expect(exitCode).toBe(0);
    const summary = summarySchema.parse(JSON.parse(stdout)) as SessionSummary & { streams: StreamSummary[] };
    expect(summary.streams.map(({ stream }) => stream).sort()).toEqual(streams);
    for (const { frames } of summary.streams) expect(frames.received).toBeGreaterThan(0);
  });

  it('is an object, too, when nothing came', async () => {
    const { exitCode, stdout, stderr } = await run(['--json', '--stream', 'attic']);
    expect(exitCode).toBe(1);
    expect(summarySchema.parse(JSON.parse(stdout))).toMatchObject({ streams: [] });
    expect(stderr).toBe('streamer-client: There is no stream attic; there are door, yard. (UNKNOWN_STREAM)\n');
  });
});

describe.concurrent('what is asked of the server', () => {
  it.each(['latest', 'queue:3', 'every'])('is a policy: %s', async (policy) => {
    const { stream, frames } = await summaryOf(['--stream', 'yard', '--policy', policy, '--duration', '1']);
    expect({ stream, lost: frames.lost, corrupt: frames.corrupt }).toEqual({ stream: 'yard', lost: 0, corrupt: 0 });
    expect(frames.received).toBeGreaterThan(2);
  });

  it('is at most so many frames a second', async () => {
    const { frames } = await summaryOf(['--max-fps', '5', '--duration', '2']);
    expect(frames.lost).toBe(0);
    // Every sixth frame of thirty a second, give or take those at both ends.
    expect(frames.received * 6).toBeLessThanOrEqual(frames.received + frames.skipped + 12);
    expect(frames.received * 6).toBeGreaterThanOrEqual(frames.received + frames.skipped - 12);
  });

  it('is checked before anything is started', async () => {
    const { exitCode, stdout, stderr } = await run(['--policy', 'queue:0']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^streamer-client: --policy must be [^\n]+ \(BAD_USAGE\)\n$/);
  });
});

describe.concurrent('pictures', () => {
  it('are decoded, and that is measured, with --decode', async () => {
    const { frames, stagesUs } = await summaryOf(['--decode', '--duration', '2']);
    expect(frames.corrupt).toBe(0);
    expect(stagesUs.clientDecode.p50).toBeGreaterThan(0);
    expect(stagesUs.clientDecode.p99).toBeGreaterThanOrEqual(stagesUs.clientDecode.p50!);
  });

  it('are written to a file with --save-frame', async () => {
    const path = files.path('frame one.jpg');
    const { frames } = await summaryOf(['--save-frame', path, '--duration', '1']);
    expect(frames.received).toBeGreaterThan(0);
    expect(await sharp(path).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 120 });
    expect((await sharp(path).raw().toBuffer()).length).toBe(160 * 120 * 3);
  });

  it('that cannot be written end the run', async () => {
    const path = files.path('no such folder/frame.jpg');
    const { exitCode, stdout, stderr } = await run(['--save-frame', path, '--json']);
    expect(exitCode).toBe(1);
    expect(summarySchema.parse(JSON.parse(stdout))).toMatchObject({ stream: 'door' });
    expect(stderr).toBe(`streamer-client: Cannot write the frame to ${path}; check the folder. (FILE_WRITE_FAILED)\n`);
  });
});

describe.concurrent('--plain', () => {
  it('prints a line a second and the summary at the end', async () => {
    const { exitCode, stdout, stderr } = await run(['--plain', '--duration', '2.5']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^\d+s {2}door .* fps .* lost 0 .* clock /.test(line)).length).toBeGreaterThanOrEqual(
      2,
    );
    expect(stdout).toMatch(new RegExp(`^127\\.0\\.0\\.1:${server.port}: \\d+s, 1 stream, no outage$`, 'm'));
    expect(stdout).toMatch(/^ {2}frames +\d+ received, 0 lost, \d+ skipped, 0 corrupt(, \d+ of the past)?$/m);
    // Nothing for a terminal goes into a pipe.
    expect(stdout).not.toContain('\u001b');
  });
});

/** Runs the client against the server of this file to its end. */
function run(args: readonly string[]) {
  return runNode(CLIENT_BINARY, ['--port', String(server.port), ...args]);
}

/** The summary of a run on one stream that ends well. */
async function summaryOf(args: readonly string[]): Promise<OneStream> {
  const { exitCode, stdout, stderr } = await run(['--json', ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return summarySchema.parse(JSON.parse(stdout)) as OneStream;
}
