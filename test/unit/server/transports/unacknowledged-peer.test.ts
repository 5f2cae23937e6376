import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../server/hub/byte-budget.js';
import type { PublishedFrame } from '../../../../server/hub/frame.js';
import { UnacknowledgedPeer } from '../../../../server/transports/unacknowledged-peer.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';
import { FakeSocket } from '../../../helpers/fake-socket.js';

const JPEG_BYTES = 1000;
/** Looks at an empty queue after which one that has just come is trusted, and one that lagged. */
const NEWCOMER_LOOKS = 25;
const LAGGARD_LOOKS = 100;

function connect({ fps = 30, maxFps = null as number | null, budget = null as ByteBudget | null } = {}) {
  const socket = new FakeSocket();
  const sequences: number[] = [];
  const writeFrame = (_: Socket, { header, jpeg }: PublishedFrame, onTaken: () => void) => {
    sequences.push(header.sequence);
    socket.cork();
    socket.write(jpeg, onTaken);
    socket.uncork();
    return jpeg.length;
  };
  const peer = new UnacknowledgedPeer(socket as unknown as Socket, { fps, maxFps, budget, writeFrame });
  const offer = (...offered: number[]) => {
    for (const sequence of offered) peer.subscriber.offer(publishedFrame(sequence, { jpegBytes: JPEG_BYTES }));
  };
  const look = (queuedBytes: number, { roundTripUs = 0 } = {}) => {
    peer.onLook();
    peer.onKernelQueue({ queuedBytes, roundTripUs });
  };
  const trust = () => {
    for (let looks = 0; looks < NEWCOMER_LOOKS; looks += 1) look(0);
  };
  /** Sequence numbers that were written since the last call. */
  const sent = () => sequences.splice(0);
  return { socket, peer, offer, look, trust, sent };
}

describe('UnacknowledgedPeer', () => {
  it('is known by the addresses of its connection', () => {
    expect(connect().peer.key).toBe('1F90 0100007F:C77C');
  });

  it('has one frame on its way to the kernel and one that waits, the newest', () => {
    const { socket, offer, trust, sent } = connect();
    trust();
    offer(0, 1, 2, 3);
    expect(sent()).toEqual([0]);
    socket.flush();
    expect(sent()).toEqual([3]);
    offer(4);
    expect(sent()).toEqual([]);
    socket.flush();
    expect(sent()).toEqual([4]);
  });

  it('sends no more than its budget, newest first', () => {
    const clock = new FakeClock();
    // A quarter of a second of it at once: two frames.
    const { socket, offer, trust, sent } = connect({ budget: new ByteBudget(8 * JPEG_BYTES, clock) });
    trust();
    for (let sequence = 0; sequence < 10; sequence += 1) {
      offer(sequence);
      socket.flush();
    }
    const atOnce = sent();
    clock.advance(1_000_000);
    socket.flush();
    expect(atOnce.length).toBeLessThan(4);
    expect(sent()).toEqual([9]);
  });

  it('keeps the full rate while the kernel takes each frame at once', () => {
    const { socket, offer, trust, sent } = connect();
    trust();
    for (let sequence = 0; sequence < 100; sequence += 1) {
      offer(sequence);
      socket.flush();
    }
    expect(sent()).toHaveLength(100);
  });

  it('holds back while the kernel has more than a frame for the peer', () => {
    const { socket, peer, offer, look, trust, sent } = connect();
    trust();
    offer(0);
    socket.flush();
    look(JPEG_BYTES);
    expect(peer.isSuspect).toBe(false);
    offer(1);
    expect(sent()).toEqual([0, 1]);
    look(JPEG_BYTES + 1);
    expect(peer.isSuspect).toBe(true);
    socket.flush();
    offer(2, 3);
    expect(sent()).toEqual([]);
    look(JPEG_BYTES / 2);
    expect(sent()).toEqual([3]);
  });

  it('gives one that lagged a frame a look, while its queue is nearly empty', () => {
    const { socket, offer, look, trust, sent } = connect();
    trust();
    offer(0);
    socket.flush();
    look(2 * JPEG_BYTES);
    sent();
    look(0);
    for (const sequence of [1, 2, 3]) {
      offer(sequence);
      socket.flush();
    }
    expect(sent()).toEqual([1]);
    look(JPEG_BYTES / 2 + 1);
    expect(sent()).toEqual([]);
    look(JPEG_BYTES / 2);
    expect(sent()).toEqual([3]);
    socket.flush();
    offer(4);
    expect(sent()).toEqual([]);
  });

  it('gives a newcomer two, so that looks need not be as frequent as frames', () => {
    const { socket, offer, look, sent } = connect();
    for (const sequence of [0, 1, 2]) {
      offer(sequence);
      socket.flush();
    }
    expect(sent()).toEqual([0, 1]);
    look(0);
    expect(sent()).toEqual([2]);
  });

  it('takes nobody for a laggard because of what precedes the first frame', () => {
    const { socket, peer, offer, look, sent } = connect();
    look(300);
    for (let looks = 0; looks < NEWCOMER_LOOKS; looks += 1) look(0);
    expect(peer.isSuspect).toBe(false);
    offer(0);
    socket.flush();
    expect(sent()).toEqual([0]);
  });

  it('counts what is written while the queue is read', () => {
    const { socket, peer, offer, look, sent } = connect();
    look(0);
    peer.onLook();
    for (const sequence of [0, 1, 2]) {
      offer(sequence);
      socket.flush();
    }
    peer.onKernelQueue({ queuedBytes: 0, roundTripUs: 0 });
    expect(sent()).toEqual([0, 1]);
    look(0);
    expect(sent()).toEqual([2]);
  });

  it('suspects newcomers for a moment, and longer those who lagged, until their queue was empty often enough', () => {
    const { socket, peer, offer, look } = connect();
    const looksUntilTrusted = () => {
      let looks = 0;
      for (; peer.isSuspect; looks += 1) {
        look(0);
        look(JPEG_BYTES);
      }
      return looks;
    };
    offer(0);
    socket.flush();
    expect(looksUntilTrusted()).toBe(NEWCOMER_LOOKS);
    look(JPEG_BYTES + 1);
    expect(looksUntilTrusted()).toBe(LAGGARD_LOOKS);
  });

  it('lets as many frames be under way as a long path needs, by its shortest round trip', () => {
    const { socket, peer, offer, look, trust } = connect();
    trust();
    offer(0);
    socket.flush();
    // 200 ms are six frames, besides the one that anybody may have.
    look(7 * JPEG_BYTES, { roundTripUs: 200_000 });
    expect(peer.isSuspect).toBe(true);
    const far = connect();
    for (let looks = 0; looks < NEWCOMER_LOOKS; looks += 1) far.look(0, { roundTripUs: 200_000 });
    far.offer(0);
    far.socket.flush();
    far.look(7 * JPEG_BYTES, { roundTripUs: 900_000 });
    expect(far.peer.isSuspect).toBe(false);
    far.look(7 * JPEG_BYTES + 1, { roundTripUs: 900_000 });
    expect(far.peer.isSuspect).toBe(true);
  });

  it('does not take a frame as received while it is still on its way to the kernel', () => {
    const { socket, offer, look, sent } = connect();
    offer(0, 1);
    expect(sent()).toEqual([0]);
    socket.writableLength = 0;
    look(0);
    expect(sent()).toEqual([]);
  });

  it('measures a lag in frames of the size that was sent last', () => {
    const { socket, peer, look, trust } = connect();
    trust();
    peer.subscriber.offer(publishedFrame(0, { jpegBytes: 100_000 }));
    socket.flush();
    look(90_000);
    expect(peer.isSuspect).toBe(false);
    peer.subscriber.offer(publishedFrame(1, { jpegBytes: 10_000 }));
    look(90_000);
    expect(peer.isSuspect).toBe(true);
  });

  it('trusts everybody where the kernel tells nothing', () => {
    const { socket, peer, offer, look, sent } = connect();
    offer(0);
    socket.flush();
    look(10 * JPEG_BYTES);
    offer(1);
    peer.onUnwatched();
    expect([sent(), peer.isSuspect]).toEqual([[0, 1], false]);
    const unlisted = connect();
    unlisted.offer(0);
    unlisted.socket.flush();
    unlisted.offer(1);
    unlisted.peer.onLook();
    unlisted.peer.onKernelQueue(null);
    expect(unlisted.sent()).toEqual([0, 1]);
  });

  it('goes on when the socket says that it drained', () => {
    const { socket, offer, trust, sent } = connect();
    trust();
    offer(0);
    socket.flush();
    sent();
    socket.writableLength = 1;
    offer(1);
    expect(sent()).toEqual([]);
    socket.writableLength = 0;
    socket.emit('drain');
    expect(sent()).toEqual([1]);
  });

  it('sends no more than it was asked for', () => {
    const { socket, offer, trust, sent } = connect({ maxFps: 10 });
    trust();
    for (let sequence = 0; sequence < 9; sequence += 1) {
      offer(sequence);
      socket.flush();
    }
    expect(sent()).toEqual([0, 3, 6]);
  });

  it('writes nothing into a socket that is closing', () => {
    const { socket, offer } = connect();
    socket.writable = false;
    offer(0, 1, 2);
    expect(socket.written).toEqual([]);
  });

  it('says nothing of frames that were left out: there is no message for it', () => {
    const { peer, offer, sent } = connect();
    peer.subscriber.noteDropped(0, 4);
    offer(5);
    expect(sent()).toEqual([5]);
  });
});
