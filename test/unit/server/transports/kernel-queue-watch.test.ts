import { afterEach, describe, expect, it } from 'vitest';
import { KernelQueueWatch } from '../../../../server/transports/kernel-queue-watch.js';
import type { WatchedPeer } from '../../../../server/transports/kernel-queue-watch.js';
import type { readKernelQueues } from '../../../../server/transports/kernel-queue.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { until } from '../../../helpers/until.js';

const CALM_US = 100_000;
const SUSPECT_US = 20_000;
const US_PER_PEER = 50;
/** An address that nobody has: reserved for documentation (RFC 5737), 192.0.2.1. */
const KEY = '1F90 010200C0:0001';

class FakePeer implements WatchedPeer {
  looks = 0;
  readonly queues: unknown[] = [];
  isUnwatched = false;

  constructor(
    readonly key: string,
    public isSuspect = false,
  ) {}

  onLook(): void {
    this.looks += 1;
  }

  onKernelQueue(queue: unknown): void {
    this.queues.push(queue);
  }

  onUnwatched(): void {
    this.isUnwatched = true;
  }
}

const watches: KernelQueueWatch[] = [];
afterEach(() => watches.splice(0).forEach((watch) => watch.close()));

const nothingKnown = async () => new Map();

function start(peers: readonly FakePeer[], read: typeof readKernelQueues = nothingKnown) {
  const clock = new FakeClock();
  const watch = new KernelQueueWatch(clock, read);
  watches.push(watch);
  for (const peer of peers) watch.add(peer);
  return { clock, watch };
}

describe('KernelQueueWatch', () => {
  it('looks now and then, and often while one peer is suspect', async () => {
    const peer = new FakePeer(KEY);
    const { clock } = start([peer, new FakePeer(`${KEY}2`)]);
    clock.advance(CALM_US + 2 * US_PER_PEER - 1);
    expect(peer.looks).toBe(0);
    clock.advance(1);
    expect(peer.looks).toBe(1);
    await until(() => peer.queues.length === 1);
    // Planned when it was no suspect yet.
    peer.isSuspect = true;
    clock.advance(CALM_US + 2 * US_PER_PEER);
    await until(() => peer.queues.length === 2);
    clock.advance(SUSPECT_US + 2 * US_PER_PEER);
    await until(() => peer.queues.length === 3);
    expect(peer.looks).toBe(3);
  });

  it('looks at a newcomer soon', () => {
    const { clock, watch } = start([new FakePeer(KEY)]);
    const newcomer = new FakePeer(`${KEY}2`, true);
    watch.add(newcomer);
    clock.advance(SUSPECT_US + 2 * US_PER_PEER);
    expect(newcomer.looks).toBe(1);
  });

  it('does not look again before the last look is over', async () => {
    const peer = new FakePeer(KEY, true);
    const { clock } = start([peer]);
    clock.advance(10 * SUSPECT_US);
    expect([peer.looks, clock.pending]).toEqual([1, 0]);
    await until(() => clock.pending === 1);
    clock.advance(10 * SUSPECT_US);
    expect(peer.looks).toBe(2);
  });

  it('tells each peer what the kernel holds for it', async () => {
    const peers = [new FakePeer(KEY, true), new FakePeer(`${KEY}2`)];
    const queue = { queuedBytes: 7, roundTripUs: 0 };
    const asked: unknown[] = [];
    const { clock } = start(peers, async (keys) => {
      asked.push([...keys]);
      return new Map([[KEY, queue]]);
    });
    clock.advance(SUSPECT_US + 2 * US_PER_PEER);
    await until(() => clock.pending === 1);
    expect(asked).toEqual([[KEY, `${KEY}2`]]);
    expect(peers.map(({ queues }) => queues)).toEqual([[queue], [null]]);
  });

  it('looks no more where there are no tables, and again where they cannot be read at present', async () => {
    const peer = new FakePeer(KEY, true);
    const answers = [() => Promise.reject(new Error('EMFILE')), async () => null];
    const { clock } = start([peer], () => answers.shift()!());
    clock.advance(SUSPECT_US + US_PER_PEER);
    await until(() => clock.pending === 1);
    expect([peer.queues, peer.isUnwatched]).toEqual([[], false]);
    clock.advance(SUSPECT_US + US_PER_PEER);
    await until(() => peer.isUnwatched);
    expect([peer.queues, clock.pending]).toEqual([[], 0]);
  });

  it('does not look while there is nobody to look at, nor when it is closed', () => {
    const peer = new FakePeer(KEY);
    const { clock, watch } = start([peer]);
    watch.delete(new FakePeer(KEY));
    expect(clock.pending).toBe(1);
    watch.delete(peer);
    expect(clock.pending).toBe(0);
    watch.add(peer);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('takes those who come after it was closed for peers that nobody can look at', () => {
    const { watch } = start([]);
    watch.close();
    const peer = new FakePeer(KEY, true);
    watch.add(peer);
    expect(peer.isUnwatched).toBe(true);
  });
});
