import sharp from 'sharp';
import { expect } from 'vitest';
import { decodeJpeg } from '../../client/jpeg-decoder.js';
import type { SessionFrame } from '../../client/session.js';
import { readCount } from './video-fixtures.js';
import type { Viewer } from './viewer.js';

/**
 * Expects of every frame of the viewer's stream what holds however busy the machine is: its capture time is the time it
 * was due, to the microsecond, and between it and the frame before only those are missing that the server said it left out.
 */
export function expectCadence(viewer: Viewer, stream = viewer.stream): void {
  const { id, startTimeUs, fps } = stream;
  const headers = viewer.frames.map(({ header }) => header).filter(({ streamId }) => streamId === id);
  expect(headers.map(({ captureTimeUs }) => captureTimeUs)).toEqual(
    headers.map(({ sequence }) => startTimeUs + Math.round((sequence * 1_000_000) / fps)),
  );
  expect(unexplainedGaps(viewer, id)).toEqual([]);
}

/** Expects every frame to have the size of its stream in its header and in its JPEG. */
export async function expectSizes(viewer: Viewer): Promise<void> {
  const { width, height } = viewer.stream;
  for (const { header, jpeg } of viewer.frames) {
    expect(header).toMatchObject({ width, height });
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width, height });
  }
}

/** The numbers that frames of a counted video show; undefined where none is legible. */
export function countsOf(frames: readonly SessionFrame[]): Promise<(number | undefined)[]> {
  return Promise.all(
    frames.map(async ({ jpeg }) => {
      const { data, width, height } = await decodeJpeg(jpeg);
      return readCount(data, width, height);
    }),
  );
}

/** Sequence numbers that are missing although nobody said so, or that did not grow. */
export function unexplainedGaps(viewer: Viewer, id = viewer.stream.id): number[] {
  const sequences = viewer.frames.filter(({ header }) => header.streamId === id).map(({ header }) => header.sequence);
  const skipped = viewer.skipped.filter(({ streamId }) => streamId === id);
  const isSkipped = (sequence: number) => skipped.some(({ first, last }) => first <= sequence && sequence <= last);
  return sequences.flatMap((sequence, index) => {
    const previous = sequences[index - 1];
    if (previous === undefined) return [];
    if (sequence <= previous) return [sequence];
    return Array.from({ length: sequence - previous - 1 }, (_, n) => previous + 1 + n).filter((n) => !isSkipped(n));
  });
}
