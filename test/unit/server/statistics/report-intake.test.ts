import { beforeEach, describe, expect, it } from 'vitest';
import { ReportIntake } from '../../../../server/statistics/report-intake.js';
import type { Stats, StreamStats } from '../../../../shared/protocol/messages.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { MeasuredClient } from '../../../helpers/measured-server.js';

const SLICE_US = 50_000;
const SLICE_BUDGET = 100;

/** A report of latencies on the streams with the given ids, from the client whose name they begin with. */
function stats(text: string, ...streamIds: number[]): Stats {
  return { intervalMs: 1000, streams: streamIds.map((streamId) => report(streamId, text)) };
}

function report(streamId: number, latency?: string): StreamStats {
  return { streamId, received: 1, lost: 0, skipped: 0, corrupt: 0, bytes: 1, latency };
}

describe('ReportIntake', () => {
  let clock: FakeClock;
  let intake: ReportIntake;
  let read: string[];
  let leftOut: number;
  let cost: number;
  beforeEach(() => {
    clock = new FakeClock();
    read = [];
    leftOut = 0;
    cost = 1;
    const reader = {
      read: (client: MeasuredClient, { streamId, latency }: StreamStats) => {
        read.push(`${client.id} ${latency} ${streamId}`);
        return cost;
      },
      leaveOut: (reports: number) => (leftOut += reports),
    };
    intake = new ReportIntake(clock, reader);
  });

  /** Uses up what may be read in this slice. */
  function exhaust(): void {
    const other = new MeasuredClient('other');
    for (let n = 0; n < SLICE_BUDGET; n += 1) intake.offer(other, stats('x', 1));
    read = [];
  }

  it('reads what comes at once, each stream with latencies', () => {
    const client = new MeasuredClient('a');
    intake.offer(client, { intervalMs: 1000, streams: [report(1, 'x'), report(2), report(3, 'y')] });
    expect(read).toEqual(['a x 1', 'a y 3']);
    expect(leftOut).toBe(0);
  });

  it('plans nothing while nothing is reported', () => {
    intake.offer(new MeasuredClient('a'), { intervalMs: 1000, streams: [report(2)] });
    expect(clock.pending).toBe(0);
    intake.offer(new MeasuredClient('a'), stats('x', 1));
    clock.advance(SLICE_US);
    expect(clock.pending).toBe(0);
  });

  it('reads no more in a slice than the budget allows, and the rest in the next ones', () => {
    for (let n = 1; n <= 250; n += 1) intake.offer(new MeasuredClient(`${n}`), stats('x', 1));
    expect(read).toHaveLength(100);
    clock.advance(SLICE_US - 1);
    expect(read).toHaveLength(100);
    clock.advance(1);
    expect(read).toHaveLength(200);
    clock.advance(SLICE_US);
    expect(read).toEqual(Array.from({ length: 250 }, (_, n) => `${n + 1} x 1`));
    expect(leftOut).toBe(0);
  });

  it('reads less after reports that cost more', () => {
    cost = 60;
    for (let n = 1; n <= 10; n += 1) intake.offer(new MeasuredClient(`${n}`), stats('x', 1));
    expect(read).toHaveLength(2);
    // 20 too many were spent, so that 80 are left: once more two.
    clock.advance(SLICE_US);
    expect(read).toHaveLength(4);
    clock.advance(SLICE_US);
    expect(read).toHaveLength(5);
    clock.advance(SLICE_US);
    expect(read).toHaveLength(7);
  });

  it('keeps only the newest report of a client, in its old place', () => {
    exhaust();
    const [a, b] = [new MeasuredClient('a'), new MeasuredClient('b')];
    intake.offer(a, stats('old', 1));
    intake.offer(b, stats('only', 1));
    intake.offer(a, stats('new', 1));
    expect([read, leftOut]).toEqual([[], 1]);
    clock.advance(SLICE_US);
    expect(read).toEqual(['a new 1', 'b only 1']);
  });

  it('forgets a report when a newer one has nothing to read', () => {
    exhaust();
    const client = new MeasuredClient('a');
    intake.offer(client, stats('old', 1, 2));
    intake.offer(client, { intervalMs: 1000, streams: [report(1)] });
    clock.advance(SLICE_US);
    expect([read, leftOut]).toEqual([[], 2]);
  });

  it('lets clients take turns, however much one of them sends', () => {
    exhaust();
    const [busy, quiet] = [new MeasuredClient('busy'), new MeasuredClient('quiet')];
    intake.offer(busy, stats('x', 1, 2, 3));
    intake.offer(quiet, stats('y', 1, 2));
    clock.advance(SLICE_US);
    expect(read).toEqual(['busy x 1', 'quiet y 1', 'busy x 2', 'quiet y 2', 'busy x 3']);
  });

  it('goes on with the stream whose turn it was when a newer report comes', () => {
    const client = new MeasuredClient('a');
    const ids = Array.from({ length: 150 }, (_, n) => n + 1);
    intake.offer(client, stats('first', ...ids));
    expect(read.at(-1)).toBe('a first 100');
    intake.offer(client, stats('second', ...ids));
    expect(leftOut).toBe(50);
    clock.advance(SLICE_US);
    expect(read.slice(100, 102)).toEqual(['a second 101', 'a second 102']);
    expect(read.slice(149, 152)).toEqual(['a second 150', 'a second 1', 'a second 2']);
    clock.advance(SLICE_US);
    expect(read).toHaveLength(250);
    expect(read.at(-1)).toBe('a second 100');
  });

  it('begins with the first stream when the one whose turn it was is gone', () => {
    exhaust();
    const client = new MeasuredClient('a');
    intake.offer(client, stats('old', 7));
    intake.offer(client, stats('new', 1, 2));
    clock.advance(SLICE_US);
    expect(read).toEqual(['a new 1', 'a new 2']);
  });

  it('leaves out what a client said that is gone', () => {
    exhaust();
    const [a, b] = [new MeasuredClient('a'), new MeasuredClient('b')];
    intake.offer(a, stats('x', 1, 2));
    intake.offer(b, stats('y', 1));
    intake.forget(a);
    intake.forget(a);
    clock.advance(SLICE_US);
    expect([read, leftOut]).toEqual([['b y 1'], 2]);
  });

  it('plans nothing any more when it is closed', () => {
    exhaust();
    intake.offer(new MeasuredClient('a'), stats('x', 1));
    intake.close();
    expect([clock.pending, leftOut]).toEqual([0, 1]);
  });
});
