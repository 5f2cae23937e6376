import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../shared/histogram.js';
import { readHistogram } from '../../shared/histogram-reader.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { requirePythonPackage, runProgram, runPython } from '../helpers/python-package.js';
import { SeededRandom } from '../helpers/seeded-random.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';

const SMALL = 'cam=test:testsrc?size=160x120&fps=30';
/** What the clocks of two processes of one machine, each read from the wall when it began, are steered apart meanwhile. */
const SLEW_US = 2000;

interface SeenFrame {
  readonly stream: string;
  readonly sequence: number;
  readonly shape: readonly number[];
  readonly type: string;
  readonly rgb: readonly number[];
  readonly sha256: string;
  readonly kept: boolean;
  readonly latencyUs: number | null;
  readonly errorUs: number | null;
  /** Receive time minus capture time, of two clocks. */
  readonly transitUs: number;
}

interface Counters {
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly corrupt: number;
}

interface Watched {
  readonly started: { readonly name: string; readonly stream_id: string };
  readonly frames: readonly SeenFrame[];
  readonly counters: Counters;
  readonly clock: readonly [number, number];
  readonly stats: { readonly latency: { readonly p50Us: number; readonly errorUs: number; readonly count: number } };
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

describe.skipIf(!(await requirePythonPackage('pytest', 'mypy', 'ruff')))('the Python package by itself', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'python-package-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['its tests', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider']],
    ['its types', ['-m', 'mypy', '--strict', '--cache-dir', '/dev/null']],
    ['ruff', ['-m', 'ruff', 'check', '--no-cache', '.']],
    ['its format', ['-m', 'ruff', 'format', '--no-cache', '--check', '.']],
  ])('passes %s', async (_what, args) => {
    const { exitCode, stdout, stderr } = await runPython(args, { TMPDIR: folder });
    expect({ exitCode, output: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, output: '' });
  });
});

/** Records each number of the command line, and prints the text for STATS. */
const RECORD = `
import sys
from frame_streamer.latency_counts import LatencyCounts
counts = LatencyCounts()
for number in sys.argv[1:]:
    counts.record(int(number))
print(counts.take(), end='')
`;

describe.skipIf(!(await requirePythonPackage()))('the latencies that the Python package reports', () => {
  it('are read as they would have been recorded here', async () => {
    const edges = [0, 1, 2047, 2048, 2049, 4095, 4096, 65_535, 1_000_000, 3_599_999_999, 3_600_000_000];
    const random = new SeededRandom(7);
    const latencies = [...edges, ...Array.from({ length: 500 }, () => Math.floor(10 ** (random.below(9000) / 1000)))];
    const { stdout, stderr } = await runPython(['-c', RECORD, ...latencies.map(String)]);
    expect(stderr).toBe('');
    const ours = new LatencyHistogram();
    for (const latency of latencies) ours.record(latency);
    expect(countsIn(stdout)).toEqual(countsIn(ours.encode()));
  });
});

describe.skipIf(!(await requirePythonPackage()))('the Python package with a server', () => {
  const parts = new StartedParts();
  let server: ServerProcess;
  const client = (of: ServerProcess, more: object = {}) => ({
    client: { host: '127.0.0.1', port: of.port, http_port: of.httpPort, ...more },
  });

  beforeAll(async () => {
    server = await parts.keep(ServerProcess.start([SMALL]));
  });
  afterAll(() => parts.stop());

  it.skipIf(!requireCamera())(
    'adds a camera, sees its pictures with their age, and the server learns of it',
    async () => {
      const camera = await parts.keep(MjpegCamera.start());
      const seen = await runProgram<Watched>('watch', {
        ...client(server, { stream: 'door', policy: 'queue:1000' }),
        url: camera.url('mjpeg?fps=30'),
        frames: 30,
      });
      expect(seen.started).toMatchObject({ name: 'door', stream_id: 'door' });
      const pictures = new Map(camera.frames.map((jpeg) => [createHash('sha256').update(jpeg).digest('hex'), jpeg]));
      for (const frame of seen.frames) {
        expect(frame).toMatchObject({ stream: 'door', shape: [120, 160, 3], type: 'uint8' });
        const jpeg = pictures.get(frame.sha256);
        expect(jpeg, 'one of the pictures of the camera').toBeDefined();
        const pixel = await pixelOf(jpeg!, 80, 60);
        // Two decoders may round differently.
        for (const [i, value] of frame.rgb.entries()) expect(Math.abs(value - pixel[i]!)).toBeLessThanOrEqual(4);
      }
      expect(seen.counters).toMatchObject({ corrupt: 0 });

      const timed = seen.frames.filter(({ latencyUs }) => latencyUs !== null);
      expect(timed.length).toBeGreaterThan(20);
      const latencies = timed.map(({ latencyUs }) => latencyUs!);
      const worstErrorUs = Math.max(...timed.map(({ errorUs }) => errorUs!));
      for (const { latencyUs, errorUs, transitUs } of timed) {
        // Both clocks are this machine's, so the truth is known.
        expect(Math.abs(latencyUs! - transitUs)).toBeLessThanOrEqual(errorUs! + SLEW_US);
        expect(latencyUs!).toBeGreaterThanOrEqual(-errorUs!);
      }
      const [offsetUs, errorUs] = seen.clock;
      expect(Math.abs(offsetUs)).toBeLessThanOrEqual(errorUs + SLEW_US);

      const { latency } = seen.stats;
      expect(latency.count).toBeGreaterThanOrEqual(30);
      expect(latency.p50Us).toBeGreaterThanOrEqual(Math.min(...latencies) * 0.999 - 2 * worstErrorUs);
      expect(latency.p50Us).toBeLessThanOrEqual(Math.max(...latencies) * 1.001 + 2 * worstErrorUs);
      expect(latency.errorUs).toBeGreaterThan(0);
    },
  );

  it('gives a slow loop fewer frames, and none that waited', async () => {
    interface Slow {
      readonly frames: readonly { readonly sequence: number; readonly waitedUs: number }[];
      readonly counters: Counters;
    }
    const { frames, counters } = await runProgram<Slow>('slow', { ...client(server), frames: 7, busy_s: 0.4 });
    const spanned = frames.at(-1)!.sequence - frames[0]!.sequence + 1;
    expect(spanned).toBeGreaterThan(5 * frames.length);
    expect(counters.skipped).toBeGreaterThan(spanned / 2);
    // Where the machine is too busy to bring a newer one in time, an old one is better than none.
    const waits = frames.map(({ waitedUs }) => waitedUs).sort((a, b) => a - b);
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThanOrEqual(100_000);
  });

  it('goes on when the server comes back on its port', async () => {
    const first = await parts.keep(ServerProcess.start([SMALL]));
    const options = { ...client(first, { stream: 'cam', policy: 'queue:1000' }), frames: 5 };
    const seen = runProgram<{ frames: number; reconnects: number; counters: Counters }>('outage', options);
    await first.logged(({ msg }) => msg === 'client connected');
    await first.stop();
    await parts.keep(ServerProcess.start(['--port', String(first.port), SMALL]));
    const { frames, reconnects, counters } = await seen;
    expect(reconnects).toBe(1);
    expect(counters.received).toBeGreaterThanOrEqual(frames);
    expect(counters.corrupt).toBe(0);
  });

  it.skipIf(!requireCamera())('adds, asks and takes away over HTTP', async () => {
    const camera = await parts.keep(MjpegCamera.start());
    const options = { ...client(server, { stream: 'yard' }), url: camera.url('mjpeg?fps=30') };
    interface Requests {
      readonly again: { readonly name: string };
      readonly frame: SeenFrame;
      readonly error: Refusal;
      readonly gone: Refusal;
    }
    const { again, frame, error, gone } = await runProgram<Requests>('requests', options);
    expect(again.name).toBe('yard');
    expect(frame).toMatchObject({ stream: 'yard', shape: [60, 80, 3], latencyUs: null, errorUs: null });
    expect(error.code).toBe('UNKNOWN_STREAM');
    expect(gone.code).toBe('UNKNOWN_STREAM');
  });

  it('says why it is not let in', async () => {
    const guarded = await parts.keep(ServerProcess.start(['--token', 's3cret', SMALL]));
    for (const token of ['wrong', null]) {
      const refused = await runProgram<{ frames: Refusal; api: Refusal }>(
        'refused',
        client(guarded, { token, stream: 'cam' }),
      );
      expect([refused.frames.code, refused.api.code]).toEqual(['BAD_TOKEN', 'BAD_TOKEN']);
    }
    const { first, got, state } = await runProgram<{ first: SeenFrame; got: SeenFrame; state: string }>(
      'one',
      client(guarded, { token: 's3cret' }),
    );
    expect([first.stream, got.stream, state]).toEqual(['cam', 'cam', 'live']);
    const unknown = client(guarded, { token: 's3cret', stream: 'nowhere' });
    const refused = await runProgram<{ frames: Refusal; api: Refusal }>('refused', unknown);
    expect([refused.frames.code, refused.api.code]).toEqual(['UNKNOWN_STREAM', 'UNKNOWN_STREAM']);
  });

  it.skipIf(!requireCertificates())('speaks TLS on both ports with a server that it trusts', async () => {
    const certificate = await parts.keep(Certificate.start());
    const { certPath, keyPath } = certificate;
    const secure = await parts.keep(ServerProcess.start(['--tls-cert', certPath, '--tls-key', keyPath, SMALL]));
    const { first, got } = await runProgram<{ first: SeenFrame; got: SeenFrame }>(
      'one',
      client(secure, { tls: certPath }),
    );
    expect([first.shape, got.shape]).toEqual([
      [120, 160, 3],
      [120, 160, 3],
    ]);
    const untrusting = await runProgram<{ frames: Refusal; api: Refusal }>(
      'refused',
      client(secure, { tls: true, stream: 'cam' }),
    );
    expect([untrusting.frames.code, untrusting.api.code]).toEqual(['UNTRUSTED_CERTIFICATE', 'UNTRUSTED_CERTIFICATE']);
    const plain = await runProgram<{ frames: Refusal; api: Refusal }>('refused', client(secure, { stream: 'cam' }));
    // Both are what the server says in plain.
    expect([plain.frames.code, plain.api.code]).toEqual(['UNEXPECTED_MESSAGE', 'BAD_REQUEST']);
    for (const { message } of [plain.frames, plain.api]) expect(message).toContain('speaks only TLS');
  });

  it('has an example that draws the age on the picture', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'python-example-'));
    try {
      const path = join(folder, 'last.jpg');
      const args = ['--port', String(server.port), '--headless', '--frames', '5', '--save', path];
      const { exitCode, stdout, stderr } = await runPython(['examples/opencv_viewer.py', '127.0.0.1', ...args]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout.trimEnd().split('\n')).toHaveLength(5);
      expect(stdout).toMatch(/^\d+ 160x120 latency -?\d+\.\d \+- \d+\.\d ms$/m);
      expect(await sharp(await readFile(path)).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 120 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function countsIn(base64: string): readonly (readonly [valueUs: number, count: number])[] {
  const counts: [number, number][] = [];
  readHistogram(base64, (valueUs, count) => counts.push([valueUs, count]));
  return counts;
}

async function pixelOf(jpeg: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}
