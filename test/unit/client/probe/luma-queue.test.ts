import { describe, expect, it } from 'vitest';
import type { LumaPicture } from '../../../../client/jpeg-decoder.js';
import { LumaQueue } from '../../../../client/probe/luma-queue.js';
import type { CodedProbePicture } from '../../../../client/probe/luma-queue.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { ProbeLog } from '../../../helpers/probe-log.js';

/** Decodes when the test says so. */
class SlowDecoder {
  readonly begun: number[] = [];
  mostInFlight = 0;
  private readonly open: { resolve(luma: LumaPicture): void; reject(error: Error): void }[] = [];

  readonly decode = (jpeg: Buffer): Promise<LumaPicture> => {
    this.begun.push(jpeg[0] ?? -1);
    return new Promise((resolve, reject) => {
      this.open.push({ resolve, reject });
      this.mostInFlight = Math.max(this.mostInFlight, this.open.length);
    });
  };

  get inFlight(): number {
    return this.open.length;
  }

  async finish(): Promise<void> {
    this.open.shift()?.resolve({ data: Buffer.of(1), width: 1, height: 1 });
    await settled();
  }

  async fail(): Promise<void> {
    this.open.shift()?.reject(new Error('broken'));
    await settled();
  }
}

describe('LumaQueue', () => {
  it('passes pictures on in order, each decoded, with the time they came at', async () => {
    const { log, queue, decoder } = setup();
    push(queue, 0, 1);
    expect(log.pictures).toEqual([]);
    await decoder.finish();
    await decoder.finish();
    expect(numbers(log)).toEqual([0, 1]);
    expect(log.pictures.map(({ luma }) => luma?.width)).toEqual([1, 1]);
    expect(log.pictures[1]?.arrivalTimeUs).toBe(1);
  });

  it('decodes one at a time, and not all of them when there are too many', async () => {
    const { log, queue, decoder } = setup();
    push(queue, 0, 1, 2, 3, 4, 5);
    expect(decoder.begun).toEqual([0]);
    for (let round = 0; round < 4; round += 1) await decoder.finish();
    expect(decoder.begun).toEqual([0, 3, 4, 5]);
    expect(numbers(log)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(log.pictures.map(({ luma }) => luma !== null)).toEqual([true, false, false, true, true, true]);
  });

  it('counts one that cannot be decoded, and passes it on', async () => {
    const { log, queue, decoder } = setup();
    push(queue, 0, 1);
    await decoder.fail();
    await decoder.finish();
    expect(log.events).toEqual(['corrupt', 'picture 2x2', 'picture 2x2']);
    expect(log.pictures[0]?.luma).toBeNull();
  });

  it('keeps what else happens in its place', async () => {
    const { log, queue, decoder } = setup();
    queue.then(() => log.onLost(1));
    push(queue, 0);
    queue.then(() => log.onLost(2));
    push(queue, 1);
    queue.then(() => log.onEnd());
    expect(log.events).toEqual(['lost 1']);
    await decoder.finish();
    await decoder.finish();
    expect(log.events).toEqual(['lost 1', 'picture 2x2', 'lost 2', 'picture 2x2', 'end']);
  });

  it('gives up a picture that is decoded for too long', async () => {
    const { log, queue, decoder } = setup();
    for (let number = 0; number <= 256; number += 1) push(queue, number);
    expect(log.pictures).toEqual([]);
    push(queue, 257);
    expect(numbers(log)).toEqual(Array.from({ length: 258 }, (_, number) => number));
    expect(log.pictures.every(({ luma }) => luma === null)).toBe(true);
    for (let number = 258; number < 5_000; number += 1) push(queue, number);
    expect(numbers(log)).toHaveLength(5_000);
    expect(decoder.inFlight).toBe(1);
    await decoder.finish();
    expect(log.pictures).toHaveLength(5_000);
    push(queue, 5_000);
    await decoder.finish();
    expect(log.pictures[5_000]?.luma).not.toBeNull();
    expect(decoder.mostInFlight).toBe(1);
  });

  it('lets no number of other events wait for a picture', () => {
    const { log, queue } = setup();
    push(queue, 0);
    for (let frames = 1; frames <= 256; frames += 1) queue.then(() => log.onLost(frames));
    expect(log.events).toEqual([]);
    queue.then(() => log.onLost(257));
    expect(log.events).toHaveLength(258);
    expect([log.events.at(0), log.events.at(-1)]).toEqual(['picture 2x2', 'lost 257']);
  });

  it('does not decode what claims to be huge, and passes it on', async () => {
    const { log, queue, decoder } = setup();
    queue.push(picture(0), builtJpeg({ width: 4097, height: 4096 }));
    expect(decoder.begun).toEqual([]);
    expect(log.events).toEqual(['picture 2x2']);
    queue.push(picture(1), builtJpeg({ width: 4096, height: 4096 }));
    await decoder.finish();
    expect(log.pictures.map(({ luma }) => luma !== null)).toEqual([false, true]);
  });

  it('passes nothing on once it was stopped', async () => {
    const { log, queue, decoder } = setup();
    push(queue, 0, 1);
    queue.stop();
    await decoder.finish();
    push(queue, 2);
    queue.then(() => log.onEnd());
    await decoder.finish();
    expect(log.events).toEqual([]);
  });

  it('can be stopped by whoever takes a picture', async () => {
    const decoder = new SlowDecoder();
    const log = new ProbeLog();
    const queue: LumaQueue = new LumaQueue(
      {
        onPicture: (picture) => {
          log.onPicture(picture);
          queue.stop();
        },
        onCorrupt: () => undefined,
      },
      decoder.decode,
    );
    push(queue, 0, 1, 2);
    await decoder.finish();
    expect(numbers(log)).toEqual([0]);
  });
});

function setup() {
  const decoder = new SlowDecoder();
  const log = new ProbeLog();
  return { decoder, log, queue: new LumaQueue(log, decoder.decode) };
}

function push(queue: LumaQueue, ...numbersToPush: number[]): void {
  for (const number of numbersToPush) queue.push(picture(number), Buffer.of(number));
}

function picture(number: number): CodedProbePicture {
  return { arrivalTimeUs: number, mediaTimeUs: number, lengthBytes: 1, width: 2, height: 2, stated: null };
}

function numbers({ pictures }: ProbeLog): (number | null)[] {
  return pictures.map(({ mediaTimeUs }) => mediaTimeUs);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
