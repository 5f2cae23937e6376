import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { StallWatch } from '../../../../server/rtsp/stall-watch.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_000_000;

describe('StallWatch', () => {
  it('tells, once, that nothing was taken for five seconds', () => {
    const { socket, clock, stalls } = watchOf();
    socket.write(1000);
    clock.advance(5 * SECOND_US);
    expect(stalls()).toBe(0);
    socket.write(1000);
    clock.advance(SECOND_US);
    expect(stalls()).toBe(1);
    clock.advance(100 * SECOND_US);
    expect(stalls()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is content while anything is taken', () => {
    const { socket, clock, stalls } = watchOf();
    for (let round = 0; round < 10; round += 1) {
      socket.write(1000);
      clock.advance(4 * SECOND_US);
      socket.take(1);
    }
    expect(stalls()).toBe(0);
  });

  it('is content while nothing waits', () => {
    const { clock, stalls } = watchOf();
    clock.advance(100 * SECOND_US);
    expect(stalls()).toBe(0);
  });

  it('does nothing after its end', () => {
    const { watch, socket, clock, stalls } = watchOf();
    socket.write(1000);
    watch.stop();
    clock.advance(100 * SECOND_US);
    expect(stalls()).toBe(0);
  });
});

function watchOf() {
  const clock = new FakeClock();
  const socket = {
    writableLength: 0,
    bytesWritten: 0,
    write: (bytes: number) => {
      socket.writableLength += bytes;
      socket.bytesWritten += bytes;
    },
    take: (bytes: number) => void (socket.writableLength -= bytes),
  };
  let count = 0;
  const watch = new StallWatch(socket as unknown as Socket, clock, () => (count += 1));
  watch.start();
  return { watch, socket, clock, stalls: () => count };
}
