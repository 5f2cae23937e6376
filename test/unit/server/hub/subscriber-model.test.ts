import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishedFrame } from '../../../../server/hub/frame.js';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { FrameSink } from '../../../../server/hub/subscriber.js';
import type { Policy } from '../../../../shared/protocol/messages.js';
import { Acknowledger } from '../../../../shared/receiver/acknowledger.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';

type OnTheWay = { readonly frame: number } | { readonly credit: number };

/** A server's subscriber and a client's acknowledger with a path between them that delivers when it is told to. */
class CreditLoop implements FrameSink {
  readonly subscriber: Subscriber;
  /** What the subscriber sent and the client has not read. */
  readonly path: OnTheWay[] = [];
  /** Every number that was accounted for, in the order it was sent. */
  readonly accounted: number[] = [];
  backlog = 0;
  mostInFlight = 0;
  private readonly acknowledger: Acknowledger;
  private inFlight = 0;

  constructor(policy: Policy, maxFps: number | null) {
    this.subscriber = new Subscriber({ policy, maxFps, fps: 30, fixedWindow: null, sink: this });
    this.acknowledger = new Acknowledger((sequence) => {
      if (!this.subscriber.acknowledge(sequence)) throw new Error(`frame ${sequence} was refused`);
    });
  }

  sendFrame({ header }: PublishedFrame, skipped: readonly { first: number; last: number }[]): void {
    for (const { first, last } of skipped) for (let n = first; n <= last; n += 1) this.accounted.push(n);
    this.accounted.push(header.sequence);
    this.path.push({ frame: header.sequence });
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
  }

  sendCredit(credit: number): void {
    this.path.push({ credit });
  }

  backlogBytes(): number {
    return this.backlog;
  }

  tooFarBehind(): void {
    throw new Error('no frame is that large here');
  }

  /** The client reads up to `count` messages. */
  deliver(count: number): void {
    for (const message of this.path.splice(0, count)) {
      if ('credit' in message) this.acknowledger.onCredit(message.credit);
      else {
        this.inFlight -= 1;
        this.acknowledger.onFrame(message.frame);
      }
    }
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ offer: fc.integer({ min: 1, max: 70 }) }) },
  { weight: 8, arbitrary: fc.record({ deliver: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 4, arbitrary: fc.record({ keepUp: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ backlog: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ roundTripUs: fc.integer({ min: 0, max: 400_000 }) }) },
);
const policies = fc.constantFrom<Policy>('latest', 'queue:1', 'queue:3', 'queue:200', 'every');
/** A round trip of 400 ms at 30 fps needs 13 frames, and an acknowledgement that covers five lets four more out. */
const MAX_WINDOW = 17;
const rates = fc.constantFrom(null, 7, 20, 100);

describe('a subscriber and its client', () => {
  it('account for every frame in order, never lock up, and keep memory bounded', () => {
    fc.assert(
      fc.property(policies, rates, fc.array(step, { maxLength: 60 }), (policy, maxFps, steps) => {
        const loop = new CreditLoop(policy, maxFps);
        const { subscriber } = loop;
        const capacity = policy.startsWith('queue:') ? Number(policy.slice(6)) : 1;
        let next = 0;
        const offer = () => subscriber.offer(publishedFrame(next++));

        for (const each of steps) {
          if ('offer' in each) for (let i = 0; i < each.offer; i += 1) offer();
          if ('deliver' in each) loop.deliver(each.deliver);
          if ('keepUp' in each) {
            for (let i = 0; i < each.keepUp; i += 1) {
              offer();
              loop.deliver(Infinity);
            }
          }
          if ('drop' in each) {
            subscriber.noteDropped(next, next + each.drop - 1);
            next += each.drop;
          }
          if ('backlog' in each) loop.backlog = each.backlog;
          if ('roundTripUs' in each) subscriber.setRoundTripUs(each.roundTripUs);
          expect(subscriber.waitingFrames).toBeLessThanOrEqual(capacity);
        }

        if (policy !== 'every') expect(loop.mostInFlight).toBeLessThanOrEqual(MAX_WINDOW);
        expect(loop.accounted).toEqual(Array.from(loop.accounted, (_, index) => index));

        // The client reads all there is, and the next frames come through as if nothing had been.
        loop.backlog = 0;
        while (loop.path.length > 0) loop.deliver(Infinity);
        const sentBefore = subscriber.counters.sent;
        const newFrames = maxFps === null ? 1 : 30;
        for (let i = 0; i < newFrames; i += 1) offer();
        while (loop.path.length > 0) loop.deliver(Infinity);
        expect(subscriber.counters.sent).toBeGreaterThan(sentBefore);
        expect(subscriber.waitingFrames).toBe(0);
      }),
      { numRuns: 400 },
    );
  });
});
