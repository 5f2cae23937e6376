import { beforeEach, describe, expect, it } from 'vitest';
import { ConnectGate } from '../../../../client/load/connect-gate.js';
import { LoadRecorder } from '../../../../client/load/load-recorder.js';
import { LoadSession } from '../../../../client/load/load-session.js';
import { TargetRecorder } from '../../../../client/load/target-recorder.js';
import { StreamerError } from '../../../../shared/errors.js';
import type { ErrorCode } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { LoadSourceOfTest } from '../../../helpers/load-source-of-test.js';

const SECOND_US = 1_000_000;

describe('LoadSession', () => {
  let clock: FakeClock;
  let source: LoadSourceOfTest;
  let target: TargetRecorder;
  let settled: number;

  beforeEach(() => {
    clock = new FakeClock();
    source = new LoadSourceOfTest();
    target = new TargetRecorder(0, { endUs: Infinity, advance: () => undefined }, layout());
    settled = 0;
  });

  it('is settled with its first frame, once', () => {
    const session = started();
    expect(session.state).toBe('connecting');
    source.latest().connect();
    expect(session.state).toBe('connected');
    expect(settled).toBe(0);
    source.latest().frame(clock.nowUs(), 5000);
    source.latest().frame(clock.nowUs(), 5000);
    expect(settled).toBe(1);
    expect(target.takeSecond()).toMatchObject({ connected: 1, frames: 2, bytes: 2000 });
  });

  it('connects again with backoff, also where it never was connected, and tells how often it was', async () => {
    const session = started();
    source.latest().end(error('CONNECT_FAILED'));
    expect(session.state).toBe('connecting');
    await advance(250_000);
    expect(source.connections).toHaveLength(2);
    source.latest().connect();
    source.latest().end(error('CONNECTION_LOST'));
    expect(session.state).toBe('reconnecting');
    // The connection did not hold for long, so that the wait grows.
    await advance(250_000);
    expect(source.connections).toHaveLength(2);
    await advance(250_000);
    expect(source.connections).toHaveLength(3);
    source.latest().connect();
    expect(target.takeSecond()).toMatchObject({ connected: 1, reconnecting: 0, reconnects: 1 });
  });

  it('begins with short waits again after a connection that held', async () => {
    started();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      source.latest().end(error('CONNECT_FAILED'));
      await advance(10 * SECOND_US);
    }
    source.latest().connect();
    await advance(10 * SECOND_US);
    source.latest().end(error('CONNECTION_LOST'));
    const before = source.connections.length;
    await advance(250_000);
    expect(source.connections).toHaveLength(before + 1);
  });

  it.each(['BAD_TOKEN', 'UNKNOWN_STREAM', 'BAD_VERSION', 'KICKED', 'SOURCE_DENIED', 'FORBIDDEN'] as const)(
    'fails for good when the server says %s',
    async (code) => {
      const session = started();
      source.latest().end(error(code));
      expect(session.state).toBe('failed');
      expect(settled).toBe(1);
      await advance(60 * SECOND_US);
      expect(source.connections).toHaveLength(1);
      expect(target.stand()).toMatchObject({ failed: 1, connected: 0, lastError: { code } });
    },
  );

  it('fails with the first error when it is not to connect again', () => {
    const session = started({ reconnect: false });
    source.latest().connect();
    source.latest().end(error('CONNECTION_LOST'));
    expect(session.state).toBe('failed');
  });

  it('does not keep others waiting that are to connect after it, and goes on', () => {
    const gate = new ConnectGate(1);
    const slow = started({ gate });
    const next = started({ gate });
    expect(source.connections).toHaveLength(1);
    clock.advance(10 * SECOND_US);
    expect(source.connections).toHaveLength(2);
    source.latest().connect();
    source.connections[0]?.connect();
    expect([slow.state, next.state]).toEqual(['connected', 'connected']);
  });

  it('gives up a connection that gives no stream, and tries another', async () => {
    started();
    const [first] = source.connections;
    await advance(60 * SECOND_US);
    expect(first?.isOpen).toBe(false);
    expect(target.stand()).toMatchObject({ failed: 0, ended: 0, lastError: { code: 'CONNECT_TIMEOUT' } });
    await advance(SECOND_US);
    expect(source.connections).toHaveLength(2);
    source.latest().connect();
    await advance(120 * SECOND_US);
    expect(source.latest().isOpen).toBe(true);
    expect(source.connections).toHaveLength(2);
  });

  it('has no timer left when it is over, before it was connected too', async () => {
    await started().stop();
    expect(clock.pending).toBe(0);
    const connected = started();
    source.latest().connect();
    await connected.stop();
    expect(clock.pending).toBe(0);
  });

  it('ends where the stream does', async () => {
    const session = started();
    source.latest().connect();
    source.latest().end(null);
    expect(session.state).toBe('ended');
    await advance(60 * SECOND_US);
    expect(source.connections).toHaveLength(1);
    expect(settled).toBe(1);
  });

  it('stops at any time: before its turn, while it waits for another try, while it is connected', async () => {
    const waiting = started({ delayUs: SECOND_US });
    await waiting.stop();
    await advance(2 * SECOND_US);
    expect(source.connections).toHaveLength(0);

    const broken = started();
    source.latest().end(error('CONNECT_FAILED'));
    await broken.stop();
    await advance(60 * SECOND_US);
    expect(source.connections).toHaveLength(1);

    const connected = started();
    source.latest().connect();
    await connected.stop();
    expect(connected.state).toBe('stopped');
    expect(source.latest().isOpen).toBe(false);
    expect(settled).toBe(3);
  });

  it('takes nothing that comes after its end', async () => {
    const session = started();
    source.latest().connect();
    await session.stop();
    source.latest().frame(clock.nowUs(), 5000);
    expect(target.takeSecond()).toMatchObject({ frames: 0 });
  });

  function started({ reconnect = true, delayUs = 0, gate = new ConnectGate(8) } = {}): LoadSession {
    const session = new LoadSession(
      {
        ...{ name: 'load-1', reconnect, source, target },
        recorder: new LoadRecorder(layout(), () => undefined),
        takeTurn: gate.takeTurn,
        onSettled: () => (settled += 1),
      },
      clock,
      () => 1,
    );
    target.onAdded();
    session.startIn(delayUs);
    if (delayUs === 0) clock.advance(0);
    return session;
  }

  function layout() {
    return { startUs: clock.nowUs(), widthUs: SECOND_US, maxBuckets: 600 };
  }

  /** What is left of a connection is waited for before the next one, which takes some turns of the event loop. */
  async function advance(us: number): Promise<void> {
    clock.advance(us);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
});

function error(code: ErrorCode): StreamerError {
  return new StreamerError(code, 'It is so.');
}
