import { describe, expect, it } from 'vitest';
import { MAX_BENCH_MESSAGES_PER_SECOND } from '../../../../shared/protocol/bench-messages.js';
import type { BenchBody } from '../../../../shared/protocol/bench-messages.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import { PROGRESS, resultOf } from '../../../helpers/bench-room-of-test.js';
import { serverFixture } from '../../../helpers/session-fixture.js';
import type { FakeConnection } from '../../../helpers/session-fixture.js';

const JOIN = { kind: 'join', name: 'phone', platform: 'browser', key: '0123456789abcdef' } as const;
const OPEN = { kind: 'open', durationMs: 1000, stream: 'a' } as const;

function say({ session }: FakeConnection, body: BenchBody): void {
  session.onMessage({ type: MessageType.BENCH, body });
}

/** What came, with the kind of each notice. */
function heard({ channel }: FakeConnection): string[] {
  return channel.take().map((message) => {
    if (message.type === MessageType.BENCH) return message.body.kind;
    return message.type === MessageType.ERROR ? message.body.code : `type ${message.type}`;
  });
}

/** A server with a coordinator and a device whose window is over. */
function finished() {
  const server = serverFixture({ hasBenchmarks: true });
  const [device, coordinator] = [server.connect(), server.connect()];
  for (const one of [device, coordinator]) one.open();
  say(device, JOIN);
  say(coordinator, OPEN);
  const opened = coordinator.channel.take()[0];
  const benchId = opened?.type === MessageType.BENCH && opened.body.kind === 'opened' ? opened.body.benchId : 0;
  say(coordinator, { kind: 'start', leadMs: 0 });
  server.clock.advance(1_000_000);
  for (const one of [device, coordinator]) heard(one);
  return { ...server, device, coordinator, benchId };
}

describe('BENCH in a session', () => {
  it('is told in WELCOME by a server that knows it, and by no other', () => {
    for (const hasBenchmarks of [true, false]) {
      const [welcome] = serverFixture({ hasBenchmarks }).connect().open();
      const features = welcome?.type === MessageType.WELCOME ? welcome.body.features : null;
      expect(features).toEqual(hasBenchmarks ? ['bench'] : undefined);
    }
  });

  it('is passed over by a server without benchmarks', () => {
    const connection = serverFixture().connect();
    connection.open();
    say(connection, JOIN);
    expect(heard(connection)).toEqual([]);
    expect(connection.channel.ended).toBe(false);
  });

  it('is no first message, and nothing that a server says', () => {
    const { connect } = serverFixture({ hasBenchmarks: true });
    const [first, second] = [connect(), connect()];
    say(first, JOIN);
    expect(heard(first)).toEqual(['UNEXPECTED_MESSAGE']);
    second.open();
    say(second, { kind: 'opened', benchId: 1 });
    expect(heard(second)).toEqual(['BAD_MESSAGE']);
  });

  it('ends a session that says it too often', () => {
    const { connect, clock } = serverFixture({ hasBenchmarks: true });
    const connection = connect();
    connection.open();
    say(connection, JOIN);
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000_000);
      for (let n = 0; n < MAX_BENCH_MESSAGES_PER_SECOND; n += 1) {
        say(connection, { kind: 'progress', benchId: 1, ...PROGRESS });
      }
    }
    expect(heard(connection)).toEqual(['joined']);
    say(connection, { kind: 'progress', benchId: 1, ...PROGRESS });
    expect(heard(connection)).toEqual(['TOO_MANY_MESSAGES']);
  });

  it('makes a device leave with its session, and a benchmark end with that of its coordinator', () => {
    const { clock, device, coordinator } = finished();
    device.session.onDisconnect();
    clock.advance(250_000);
    expect(heard(coordinator)).toEqual(['devices']);
    coordinator.session.onDisconnect();
    expect(heard(device)).toEqual([]);
  });

  it('gives results to a coordinator whose connection is slow, and leaves out progress', () => {
    const { clock, device, coordinator, benchId } = finished();
    coordinator.channel.backlog = 70_000;
    say(device, { kind: 'progress', benchId, ...PROGRESS });
    clock.advance(1_000_000);
    say(device, { kind: 'result', benchId, ...resultOf([1], { latency: 'A'.repeat(48 * 1024) }) });
    expect(heard(coordinator)).toEqual(['deviceResult']);
    expect(coordinator.channel.ended).toBe(false);
  });

  it('ends a session whose results still wait unread half a minute after its benchmark', () => {
    for (const backlogAtTheEnd of [70_000, 0]) {
      const { clock, device, coordinator, benchId } = finished();
      coordinator.channel.backlog = 70_000;
      say(device, { kind: 'result', benchId, ...resultOf([1]) });
      say(coordinator, { kind: 'leave' });
      coordinator.channel.backlog = backlogAtTheEnd;
      clock.advance(30_000_000);
      expect(coordinator.channel.ended).toBe(backlogAtTheEnd > 0);
      if (backlogAtTheEnd > 0) expect(heard(coordinator).at(-1)).toBe('TOO_FAR_BEHIND');
    }
  });

  it('knows an admin by the token', () => {
    const { connect } = serverFixture({ hasBenchmarks: true, adminToken: 'boss' });
    const [viewer, admin] = [connect(), connect()];
    viewer.open();
    admin.hello({ token: 'boss' });
    say(viewer, OPEN);
    heard(viewer);
    say(admin, OPEN);
    expect(heard(admin)).toContain('opened');
    expect(heard(viewer)).toEqual(['over']);
  });

  it('ends a coordinator that asks again and again and never reads', () => {
    const { clock, coordinator, device } = finished();
    coordinator.channel.backlog = 1;
    for (let n = 0; n < 5000 && !coordinator.channel.ended; n += 1) {
      if (n % 20 === 0) clock.advance(1_000_000);
      say(coordinator, { kind: 'start', leadMs: 0 });
    }
    expect(heard(coordinator).at(-1)).toBe('TOO_FAR_BEHIND');
    expect(heard(device)).toContain('over');
  });
});
