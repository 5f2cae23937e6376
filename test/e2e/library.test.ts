import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-command.js';
import { ServerProcess } from '../helpers/server-process.js';

const LIBRARY = new URL('../../dist/client/connect.js', import.meta.url).href;
const INTERVAL_US = 1_000_000 / 30;

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-'));
  const sources = ['door=test:testsrc?size=160x120&fps=30', 'yard=test:bars?size=64x48&fps=30'];
  server = await ServerProcess.start(sources, { STREAMER_TOKEN: 's3cret' });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

describe('a program that uses the library', () => {
  it('gets frames with their latency and ends by itself after it left the loop', async () => {
    const frames = await resultOf(`
      const frames = [];
      const stream = await connect(options);
      const [door] = stream.streams;
      for await (const { jpeg, ...frame } of stream) {
        frames.push({ ...frame, door, jpegBytes: jpeg.length, isJpeg: jpeg.readUInt16BE(0) === 0xffd8 });
        if (frames.length === 10) break;
      }
      report(frames);
    `);
    expect(frames).toHaveLength(10);
    for (const frame of frames) {
      expect(frame).toMatchObject({ stream: 'door', streamId: 1, width: 160, height: 120, isJpeg: true });
      expect(frame).toMatchObject({ timeSource: 'schedule', door: { name: 'door', fps: 30 } });
      expect(frame.captureTimeUs).toBe(frame.door.startTimeUs + Math.round(frame.sequence * INTERVAL_US));
    }
    const last = frames.at(-1);
    expect(last.latencyUs).toBeGreaterThan(-last.errorUs);
    await server.logged((line) => line.msg === 'client gone' && line['reason'] === 'the client said goodbye');
  });

  it('gets the frames of the streams it names', async () => {
    const seen = await resultOf(`
      const seen = {};
      for await (const { stream } of await connect({ ...options, streams: 'all' })) {
        seen[stream] = (seen[stream] ?? 0) + 1;
        if (Object.keys(seen).length === 2) break;
      }
      report(Object.keys(seen).sort());
    `);
    expect(seen).toEqual(['door', 'yard']);
  });

  it('ends its loop, and itself, with an AbortSignal', async () => {
    const result = await resultOf(`
      const controller = new AbortController();
      let frames = 0;
      for await (const _ of await connect({ ...options, signal: controller.signal })) {
        frames += 1;
        if (frames === 3) controller.abort();
      }
      const error = await connect({ ...options, signal: controller.signal }).catch((error) => error);
      report({ frames, name: error.name });
    `);
    expect(result.frames).toBeGreaterThanOrEqual(3);
    expect(result.name).toBe('AbortError');
  });

  it('ends its loop with close, from outside', async () => {
    const result = await resultOf(`
      const stream = await connect(options);
      const loop = (async () => {
        let frames = 0;
        for await (const _ of stream) frames += 1;
        return frames;
      })();
      for await (const _ of await connect(options)) break;
      stream.close();
      report({ ended: typeof (await loop) });
    `);
    expect(result).toEqual({ ended: 'number' });
  });

  it('gets fewer frames, and none that is old, when its loop is slow', async () => {
    // A quick reader is the clock: between two frames of the slow one, ten more must have come.
    const lags = await resultOf(`
      let newest = -1;
      let wake = () => {};
      const quick = await connect({ ...options, name: 'quick' });
      const reading = (async () => {
        for await (const { sequence } of quick) {
          newest = sequence;
          wake();
        }
      })();
      const reached = async (sequence) => {
        while (newest < sequence) await new Promise((resolve) => (wake = resolve));
      };
      const lags = [];
      for await (const { sequence } of await connect({ ...options, name: 'slow' })) {
        lags.push(newest - sequence);
        if (lags.length === 12) break;
        await reached(newest + 10);
      }
      quick.close();
      await reading;
      report(lags);
    `);
    expect(lags).toHaveLength(12);
    // Two frames may be under way, and each waits while the loop is busy with the one before it.
    expect(Math.max(...lags)).toBeLessThanOrEqual(3 * 10);
  });

  it.each([
    { what: 'the token', change: `{ token: 'guess' }`, code: 'BAD_TOKEN' },
    { what: 'a stream', change: `{ streams: ['attic'] }`, code: 'UNKNOWN_STREAM' },
    { what: 'the port', change: `{ port: 1 }`, code: 'CONNECT_FAILED' },
  ])('is told what is wrong: $what', async ({ change, code }) => {
    const error = await resultOf(`
      const error = await connect({ ...options, ...${change} }).catch((error) => error);
      report({ isOurs: error instanceof StreamerError, code: error.code });
    `);
    expect(error).toEqual({ isOurs: true, code });
  });
});

/** Runs a script that has `connect` and `options`, to its end; resolves with what it gave to `report`. */
async function resultOf(body: string) {
  const path = join(folder, 'script.mjs');
  const options = JSON.stringify({ port: server.port, token: 's3cret' });
  await writeFile(
    path,
    `import { connect, StreamerError } from ${JSON.stringify(LIBRARY)};
    const options = ${options};
    const report = (value) => console.log(JSON.stringify(value));
    ${body}`,
  );
  const { exitCode, stdout, stderr } = await runNode(path, []);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
}
