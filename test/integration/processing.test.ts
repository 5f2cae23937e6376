import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FrameProcessing, PictureToProcess, ProcessingOutcome } from '../../server/pipeline/frame-processing.js';
import { parseProcessorSpec } from '../../server/pipeline/processor-spec.js';
import type { ProcessorSpec } from '../../server/pipeline/processor-spec.js';
import { createFrameProcessing } from '../../server/processing/worker-processing.js';
import type { ProcessingOptions } from '../../server/processing/worker-processing.js';
import { Backoff } from '../../shared/backoff.js';
import { SystemClock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { readTimecode } from '../../shared/timecode/timecode-reader.js';
import { ProcessorFiles } from '../helpers/processor-files.js';
import { until } from '../helpers/until.js';

const CAPTURE_TIME_US = 1_700_000_000_123_456;

let files: ProcessorFiles;
let problems: StreamerError[] = [];
let lines: string[] = [];
const open: FrameProcessing[] = [];

beforeAll(async () => {
  files = await ProcessorFiles.create();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((processing) => processing.close()));
  problems = [];
  lines = [];
});

afterAll(() => files.remove());

describe('a processor in a worker', () => {
  it('changes the picture in place, in the memory it came in', async () => {
    const spec = await files.module(
      'invert.mjs',
      'export function processFrame(frame) { frame.data.forEach((v, i) => (frame.data[i] = 255 - v)); return frame; }',
    );
    const sent = picture(4, 2, 10);
    const outcome = await start([spec]).process(sent);
    expect(outcome).toEqual({ kind: 'picture', data: Buffer.alloc(24, 245), width: 4, height: 2, spare: null });
    expect(sent.data.length).toBe(0);
  });

  it('gives back the memory of the picture beside one of another size', async () => {
    const spec = await files.module(
      'halve.mjs',
      'export const processFrame = ({ width, height }) => ({ data: new Uint8Array(width * height * 3 / 4).fill(7), width: width / 2, height: height / 2 });',
    );
    const outcome = await start([spec]).process(picture(4, 2, 1));
    const spare = Buffer.alloc(24, 1);
    expect(outcome).toEqual({ kind: 'picture', data: Buffer.alloc(6, 7), width: 2, height: 1, spare });
  });

  it('leaves a frame out with null and gives its memory back', async () => {
    const spec = await files.module('odd.mjs', 'export const processFrame = (f) => (f.sequence % 2 ? f : null);');
    const processing = start([spec]);
    expect(await processing.process(picture(2, 2, 5, 0))).toEqual({ kind: 'dropped', spare: Buffer.alloc(12, 5) });
    expect(await processing.process(picture(2, 2, 5, 1))).toMatchObject({ kind: 'picture' });
    expect(problems).toEqual([]);
  });

  it('is told the facts of the frame, its stream and its parameters, and is set up before', async () => {
    const spec = await files.module(
      'facts.mjs',
      `let state = 'not set up';
       export async function setup(context) { await null; state = context.parameters.greeting; }
       export async function processFrame({ width, height, captureTimeUs, sequence, stream }, context) {
         context.log(JSON.stringify([state, width, height, captureTimeUs, sequence, stream, context.stream]));
         return null;
       }`,
      '?greeting=good%20day',
    );
    await start([spec]).process(picture(2, 1, 0, 42));
    expect(lines.map((line) => JSON.parse(line))).toEqual([['good day', 2, 1, CAPTURE_TIME_US, 42, 'cam', 'cam']]);
  });

  it('comes after the one before it in the chain', async () => {
    const add = await files.module(
      'add.mjs',
      'export const processFrame = (f, c) => (f.data.forEach((v, i) => (f.data[i] = v * 2 + Number(c.parameters.by))), f);',
      '?by=1',
    );
    const more = { ...add, parameters: { by: '5' } };
    const outcome = await start([add, more]).process(picture(1, 1, 10));
    expect(outcome).toMatchObject({ data: Buffer.alloc(3, 47) });
  });

  it('can be built in', async () => {
    const specs = ['timecode', 'watermark?position=bottom-left'].map((text) => parseProcessorSpec(text, '/'));
    const outcome = await start(specs).process(picture(480, 270, 128, 2 ** 16 + 7));
    if (outcome.kind !== 'picture') throw new Error(outcome.kind);
    expect(readTimecode(outcome.data, 480, 270)).toEqual({ kind: 'capture', timeUs: CAPTURE_TIME_US, counter: 7 });
    expect(outcome.data.subarray(50 * 480 * 3)).toContain(255);
  });

  it('may return a part of larger memory, or memory that cannot be handed over', async () => {
    const spec = await files.module(
      'views.mjs',
      `const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(9);
       const wasm = new WebAssembly.Memory({ initial: 1 });
       const parts = [new Uint8Array(100).fill(8).subarray(50, 53), shared, Buffer.from([7, 7, 7]),
         new Uint8ClampedArray(3).fill(6), new Uint8Array(wasm.buffer).subarray(0, 3)];
       export const processFrame = ({ sequence }) => ({ data: parts[sequence], width: 1, height: 1 });`,
    );
    const processing = start([spec]);
    for (const [sequence, level] of [8, 9, 7, 6, 0].entries()) {
      expect(await processing.process(picture(1, 1, 1, sequence))).toMatchObject({ data: Buffer.alloc(3, level) });
    }
  });

  it('takes a picture that is a part of larger memory and leaves the rest alone', async () => {
    const spec = await files.module('same.mjs', 'export const processFrame = (frame) => frame;');
    const memory = Buffer.alloc(100, 3);
    const outcome = await start([spec]).process({ ...picture(1, 1, 0), data: memory.subarray(10, 13) });
    expect(outcome).toMatchObject({ data: Buffer.alloc(3, 3) });
    expect(memory.length).toBe(100);
  });

  it('prints into the log, a few lines a second', async () => {
    const spec = await files.module(
      'chatty.mjs',
      `export function processFrame(frame) {
         console.log('one\\ntwo \\u001b[31m');
         process.stderr.write('three\\n');
         for (let i = 0; i < 1000; i += 1) console.error('more', i);
         return null;
       }`,
    );
    await start([spec]).process(picture(1, 1, 0));
    expect(lines.slice(0, 4)).toEqual(['one', 'two \uFFFD[31m', 'three', 'more 0']);
    expect(lines).toHaveLength(20);
  });

  it('is closed in the end', async () => {
    const spec = await files.module(
      'closing.mjs',
      `export const processFrame = (frame) => frame;
       export async function close(context) { await null; context.log('closed'); }`,
    );
    const processing = start([spec]);
    await processing.process(picture(1, 1, 0));
    await processing.close();
    await processing.close();
    expect(lines).toEqual(['closed']);
    expect(processing.isActive).toBe(false);
    expect(await processing.process(picture(1, 1, 4))).toMatchObject({ kind: 'picture', data: Buffer.alloc(3, 4) });
  });
});

describe('a processor that fails', () => {
  it.each([
    ['throws', "throw new Error('no \\u001b light')", 'no \uFFFD light'],
    ['throws nothing', 'throw undefined', 'undefined'],
    ['rejects', "return Promise.reject(new Error('later'))", 'later'],
    ['returns nothing', '', 'processFrame returned undefined; it returns the frame, or null to leave it out.'],
    [
      'returns another length',
      'return { ...frame, width: 3 }',
      'processFrame returned a frame with 12 bytes; 3 x 2 pixels take 18 in RGB24.',
    ],
    [
      'returns no pixels',
      'return { ...frame, data: [1, 2, 3] }',
      'processFrame returned a frame whose data is no Uint8Array.',
    ],
    [
      'returns too many pixels',
      'return { ...frame, width: 65500, height: 65500 }',
      'processFrame returned a frame of 65500 x 65500 pixels.',
    ],
    ['returns half a pixel', 'return { ...frame, width: 0.5 }', 'processFrame returned a frame of 0.5 x 2 pixels.'],
  ])('because it %s is reported, and the frame goes on as it was', async (_fault, statement, reason) => {
    const spec = await files.module('faulty.mjs', `export function processFrame(frame) { ${statement} }`);
    const processing = start([spec]);
    const outcome = await processing.process(picture(2, 2, 9));
    expect(outcome).toEqual({ kind: 'picture', data: Buffer.alloc(12, 9), width: 2, height: 2, spare: null });
    expect(problems.map(({ code }) => code)).toEqual(['PROCESSOR_FAILED']);
    expect(problems[0]?.message).toBe(
      `The processor faulty.mjs failed: ${reason.replace(/\.$/, '')}. Frames go on unprocessed; next try in 0.25 s.`,
    );
    expect(processing.isActive).toBe(false);
  });

  it('is lost with its frame when it hangs, and works again after a restart', async () => {
    const spec = await files.module(
      'hang.mjs',
      'export function processFrame(f) { for (; f.sequence === 0; ); return f; }',
    );
    const processing = start([spec], { frameLimitMs: 100, backoff: quick() });
    expect(await processing.process(picture(1, 1, 0, 0))).toEqual({ kind: 'lost' });
    expect(problems[0]?.message).toContain('a frame took longer than 0.1 s.');
    expect(processing.isActive).toBe(false);
    await until(() => processing.isActive);
    expect(await processing.process(picture(1, 1, 3, 1))).toMatchObject({ kind: 'picture', data: Buffer.alloc(3, 3) });
  });

  it.each([
    ['ends its thread', 'process.exit(3)', 'it ended with exit code 3.'],
    [
      'leaves an error to nobody',
      "setTimeout(() => { throw new Error('stray'); }); return new Promise(() => {})",
      'stray',
    ],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length))', 'memory limit'],
  ])('is lost with its frame when it %s', async (_fault, statement, reason) => {
    const spec = await files.module('crash.mjs', `export function processFrame(frame) { ${statement} }`);
    const processing = start([spec], { maxHeapMb: 32 });
    expect(await processing.process(picture(1, 1, 0))).toEqual({ kind: 'lost' });
    await until(() => problems.length > 0);
    expect(problems[0]?.message).toContain(reason);
  });

  it('in its setup lets the frame that waited go on as it was', async () => {
    const spec = await files.module(
      'no-model.mjs',
      "export function setup() { throw new Error('no model'); } export const processFrame = () => null;",
    );
    const outcome = await start([spec]).process(picture(1, 1, 6));
    expect(outcome).toMatchObject({ kind: 'picture', data: Buffer.alloc(3, 6) });
    expect(problems[0]?.message).toContain('no model');
  });

  it('by keeping the memory of the frame for itself loses the frame', async () => {
    const spec = await files.module(
      'greedy.mjs',
      `export function processFrame(frame) { structuredClone(frame.data, { transfer: [frame.data.buffer] }); throw new Error('mine'); }`,
    );
    expect(await start([spec]).process(picture(1, 1, 6))).toEqual({ kind: 'lost' });
    expect(problems[0]?.message).toContain('mine');
  });

  it('is tried again and again', async () => {
    const spec = await files.module('always.mjs', "export function processFrame() { throw new Error('always'); }");
    const processing = start([spec], { backoff: quick() });
    for (let round = 1; round <= 3; round += 1) {
      await until(() => processing.isActive);
      await processing.process(picture(1, 1, 0));
      expect(problems).toHaveLength(round);
    }
  });

  it('does not keep its stream from closing while it hangs', async () => {
    const spec = await files.module('stuck.mjs', 'export function processFrame() { for (;;); }');
    const processing = start([spec], { closeLimitMs: 50 });
    const outcome: Promise<ProcessingOutcome> = processing.process(picture(1, 1, 0));
    await processing.close();
    expect((await outcome).kind).toMatch(/lost|picture/);
  });
});

function start(specs: readonly ProcessorSpec[], options: Partial<ProcessingOptions> = {}): FrameProcessing {
  const context = {
    stream: 'cam',
    clock: new SystemClock(),
    onProblem: (error: StreamerError) => void problems.push(error),
    onLog: (line: string) => void lines.push(line),
  };
  const backoff = new Backoff(undefined, () => 1);
  const processing = createFrameProcessing(specs, context, { backoff, ...options });
  open.push(processing);
  return processing;
}

function quick(): Backoff {
  return new Backoff({ initialMs: 1, maxMs: 1, factor: 1 });
}

function picture(width: number, height: number, level: number, sequence = 0): PictureToProcess {
  const data = Buffer.allocUnsafeSlow(width * height * 3).fill(level);
  return { data, width, height, captureTimeUs: CAPTURE_TIME_US, sequence };
}
