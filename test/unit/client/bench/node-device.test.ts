import { describe, expect, it } from 'vitest';
import { NodeDevice } from '../../../../client/bench/node-device.js';
import type { BenchNotice } from '../../../../shared/protocol/bench-messages.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { fakeLinks } from '../../../helpers/fake-link.js';
import { streamInfo } from '../../../helpers/observed-frame.js';

const CAM = streamInfo({ name: 'cam' });

/** A device in front of a server that says what the test says. */
function deviceOfTest() {
  const clock = new FakeClock();
  const { links, openLink } = fakeLinks(clock);
  const ends: (string | null)[] = [];
  const path = { host: '127.0.0.1', port: 1, token: null, openLink };
  const listener = { onEnd: (error: { readonly code: string } | null) => ends.push(error?.code ?? null) };
  const device = new NodeDevice({ path, tls: null, name: 'x', policy: 'latest', about: 'a test' }, listener, clock);
  device.start();
  return { clock, links, device, ends };
}

const announced = (stream: string): BenchNotice => ({ kind: 'announced', benchId: 1, stream });

describe('NodeDevice', () => {
  it('ends where no benchmarks are known', () => {
    const { links, ends, clock } = deviceOfTest();
    links[0]!.welcome([CAM], null);
    expect(ends).toEqual(['BENCH_UNKNOWN']);
    expect(clock.pending).toBe(0);
  });

  it('ends where there is no room', () => {
    const { links, ends, clock } = deviceOfTest();
    links[0]!.welcome([CAM]).say({ kind: 'refused', code: 'BENCH_FULL', message: 'Full.' });
    expect(ends).toEqual(['BENCH_FULL']);
    expect(clock.pending).toBe(0);
  });

  it('keeps no connection to a server that said goodbye and hangs on, also when it is closed then', () => {
    const { links, ends, clock, device } = deviceOfTest();
    links[0]!.welcome([CAM]).say({ kind: 'joined', deviceId: 1, name: 'x' }).goodbye();
    expect(links[0]!.isClosed).toBe(true);
    device.close();
    expect(ends).toEqual([null]);
    clock.advance(60_000_000);
    expect(links).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('bears a window that makes no sense, of a stream that it does not receive', () => {
    const { links, ends } = deviceOfTest();
    links[0]!
      .welcome([CAM])
      .say(
        { kind: 'joined', deviceId: 1, name: 'x' },
        { kind: 'opened', benchId: 1 },
        { kind: 'over', benchId: 9, reason: '' },
        { kind: 'refused', code: 'BENCH_REFUSED', message: 'No.' },
        { kind: 'deviceResult', deviceId: 1, ...resultOf([1]) },
        { kind: 'refused', code: 'BENCH_FULL', message: 'Enough.' },
      );
    expect(ends).toEqual(['BENCH_FULL']);
  });

  it('follows a benchmark to its stream and back at once, over one connection at a time', () => {
    const { links, clock } = deviceOfTest();
    for (let benchmark = 0; benchmark < 5; benchmark += 1) {
      links.at(-1)!.welcome([CAM]).say({ kind: 'joined', deviceId: 1, name: 'x' }, announced('cam'));
      links.at(-1)!.welcome([CAM]).say({ kind: 'over', benchId: 1, reason: '' });
      clock.advance(2_000_000);
    }
    expect(links).toHaveLength(11);
    expect(links.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
  });

  it('connects once a second at most for a server that names another stream each time', () => {
    const { links, clock, device } = deviceOfTest();
    const follow = () => {
      for (let n = 0; n < 100 && !links.at(-1)!.isClosed; n += 1) {
        links
          .at(-1)!
          .welcome([CAM])
          .say({ kind: 'joined', deviceId: 1, name: 'x' }, announced(`s${links.length}`));
      }
    };
    follow();
    expect(links).toHaveLength(5);
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000_000);
      follow();
    }
    expect(links).toHaveLength(65);
    // It is between two connections; nothing may come after it was closed.
    device.close();
    clock.advance(10_000_000);
    expect(links).toHaveLength(65);
    expect(clock.pending).toBe(0);
  });
});
