import type { BenchPeer } from '../../server/bench/bench-peer.js';
import { BenchRoom } from '../../server/bench/bench-room.js';
import { createLogger } from '../../shared/logger.js';
import type { BenchNotice, BenchRequest, DeviceProgress, DeviceResult } from '../../shared/protocol/bench-messages.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { FakeClock } from './fake-clock.js';

/** A client of a room, on paper. */
export class FakePeer implements BenchPeer {
  isAdmin = false;
  isBehind = false;
  unreadResultBytes = 0;
  /** Whether the room ended it, since it does not read. */
  wasEnded = false;
  private readonly notices: BenchNotice[] = [];

  constructor(
    readonly clientName: string,
    private readonly room: BenchRoom,
  ) {}

  send(notice: BenchNotice): void {
    this.notices.push(notice);
  }

  say(request: BenchRequest): this {
    this.room.onRequest(this, request);
    return this;
  }

  join(name: string, key = keyOf(name)): this {
    return this.say({ kind: 'join', name, platform: 'node', key });
  }

  endBehind(): void {
    this.wasEnded = true;
    this.go();
  }

  go(): void {
    this.room.onGone(this);
  }

  /** The notices since the last call. */
  take(): BenchNotice[] {
    return this.notices.splice(0);
  }

  /** The notices since the last call, short: their kinds, and the code of a refusal. */
  kinds(): string[] {
    return this.take().map((notice) => (notice.kind === 'refused' ? `refused ${notice.code}` : notice.kind));
  }
}

/** A room on a fake clock, whose server has the streams `cam` and `door`. */
export function roomOfTest() {
  const clock = new FakeClock();
  const logger = createLogger({ level: 'silent', pretty: false });
  const room = new BenchRoom({ clock, logger, hasStream: (name) => name === 'cam' || name === 'door' });
  return { clock, room, peer: (name = 'a client') => new FakePeer(name, room) };
}

export function keyOf(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 64);
}

export const PROGRESS: DeviceProgress = { frames: 10, latencyP50Us: 5000, latencyP99Us: 9000, clockErrorUs: 100 };

/** The result of a device that received one frame for each of `latenciesUs`. */
export function resultOf(latenciesUs: readonly number[], changes: Partial<DeviceResult> = {}): DeviceResult {
  const histogram = new LatencyHistogram();
  for (const latencyUs of latenciesUs) histogram.record(latencyUs);
  return {
    ...{ fromTimeUs: 0, toTimeUs: 1, received: latenciesUs.length, lost: 0, skipped: 0, corrupt: 0, bytes: 1000 },
    ...{ reconnects: 0, outageMs: 0, latency: histogram.encode(), latencyNegative: histogram.encodeNegative() },
    ...{ age: null, ageNegative: null, timeline: null, about: 'a test' },
    clock: { offsetUs: 0, errorUs: 100, driftPpm: 0, rttMinUs: 100, rttP50Us: 200 },
    ...changes,
  };
}

const OPEN = { kind: 'open', durationMs: 5000, stream: 'cam' } as const;

/** A coordinator and two devices, with a window that began in this moment. */
export function runningBench() {
  const fixture = roomOfTest();
  const devices = [fixture.peer().join('a'), fixture.peer().join('b')] as const;
  const coordinator = fixture.peer('boss').say(OPEN);
  const [opened] = coordinator.take();
  if (opened?.kind !== 'opened') throw new Error('it was not opened');
  coordinator.say({ kind: 'start', leadMs: 0 });
  for (const one of [coordinator, ...devices]) one.take();
  return { ...fixture, devices, coordinator, benchId: opened.benchId };
}
