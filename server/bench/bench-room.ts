import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { MAX_DEVICES } from '../../shared/protocol/bench-messages.js';
import type { BenchNotice, BenchRequest } from '../../shared/protocol/bench-messages.js';
import type { BenchPeer } from './bench-peer.js';
import { Bench } from './bench.js';
import { DeviceList } from './device-list.js';
import type { JoinRequest } from './device-list.js';
import { UnreadResults } from './unread-results.js';

type RequestOf<K extends BenchRequest['kind']> = Extract<BenchRequest, { readonly kind: K }>;

/** What a room takes from its server. */
export interface BenchRoomParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hasStream: (name: string) => boolean;
}

/**
 * The benchmarks of a server (docs/protocol.md, section 20): who is a device, who coordinates, and one benchmark at a time.
 * It knows no sockets; what a client may not do is refused with a notice, and the session goes on.
 */
export class BenchRoom {
  private readonly devices = new DeviceList();
  private bench: Bench | null = null;
  private readonly unread: UnreadResults;
  private lastBenchId = 0;

  constructor(private readonly parts: BenchRoomParts) {
    this.unread = new UnreadResults(parts.clock);
  }

  /** Takes what the client of `peer` says. */
  onRequest(peer: BenchPeer, request: BenchRequest): void {
    try {
      this.answer(peer, request);
    } catch (error) {
      if (!(error instanceof StreamerError)) throw error;
      peer.send({ kind: 'refused', code: error.code, message: error.message });
    }
  }

  /** The connection of `peer` is gone. A coordinator takes its benchmark with it. */
  onGone(peer: BenchPeer): void {
    this.leave(peer, 'The coordinator is gone.');
    this.unread.forget(peer);
  }

  private answer(peer: BenchPeer, request: BenchRequest): void {
    switch (request.kind) {
      case 'join':
        return this.join(peer, request);
      case 'open':
        return this.open(peer, request);
      case 'start':
        return this.own(peer).start(request.leadMs);
      case 'stop':
        return this.own(peer).stop();
      case 'progress':
        return this.progress(peer, request);
      case 'result':
        return this.result(peer, request);
      case 'leave':
        return this.leave(peer, 'The coordinator has what it needs.');
    }
  }

  private join(peer: BenchPeer, request: JoinRequest): void {
    if (this.bench?.coordinator === peer) throw refusal('A coordinator is no device; join over another connection.');
    if (this.devices.of(peer)) throw refusal('This connection is a device already.');
    const device = this.devices.join(peer, request, this.parts.clock.nowUs());
    if (!device) throw new StreamerError('BENCH_FULL', `There are ${MAX_DEVICES} devices already; try again later.`);
    peer.send({ kind: 'joined', deviceId: device.id, name: device.name });
    this.bench?.onJoined(device);
  }

  private open(peer: BenchPeer, { durationMs, stream }: RequestOf<'open'>): void {
    const { clock, logger, hasStream } = this.parts;
    if (this.bench?.coordinator === peer) throw refusal('Your benchmark is open already.');
    if (this.bench && !mayReplace(peer, this.bench.coordinator)) {
      throw new StreamerError('BENCH_BUSY', 'The server has a benchmark of another coordinator; wait.');
    }
    if (this.devices.of(peer)) throw refusal('A device is no coordinator; open over another connection.');
    // Results of the benchmark before may still wait for whoever does not read.
    if (peer.isBehind) throw refusal('You do not read what you were sent; read first.');
    if (!hasStream(stream)) throw new StreamerError('UNKNOWN_STREAM', `There is no stream ${stream}.`);
    this.over('An admin opened another benchmark.');
    // Another one than before a restart, so that no device takes one benchmark for another.
    this.lastBenchId = Math.max(this.lastBenchId + 1, Math.floor(clock.nowUs() / 1000));
    const bench: Bench = new Bench(
      { id: this.lastBenchId, durationMs, stream, coordinator: peer },
      {
        clock,
        devices: this.devices,
        // A coordinator that cannot be told anything any more ends its benchmark in the middle of what it is told.
        tellDevices: (notice) => this.bench === bench && this.tellDevices(notice),
        onResultSent: () => this.unread.onSent(peer),
        onOver: (reason) => this.over(reason),
      },
    );
    this.bench = bench;
    logger.info({ bench: bench.id, stream, durationMs, coordinator: peer.clientName }, 'benchmark opened');
    bench.begin();
  }

  private progress(peer: BenchPeer, { benchId, kind: _, ...progress }: RequestOf<'progress'>): void {
    const device = this.devices.of(peer);
    if (!device) throw refusal('Only a device has progress; join first.');
    // One that crossed the end of its benchmark on the way is nobody's fault.
    if (this.bench?.id === benchId) this.bench.onProgress(device, progress);
  }

  private result(peer: BenchPeer, { benchId, kind: _, ...result }: RequestOf<'result'>): void {
    const device = this.devices.of(peer);
    if (!device) throw refusal('Only a device has a result; join first.');
    if (this.bench?.id !== benchId) throw refusal('That benchmark is over, or is another one.');
    this.bench.onResult(device, result);
  }

  private leave(peer: BenchPeer, reason: string): void {
    if (this.bench?.coordinator === peer) return this.over(reason);
    const device = this.devices.leave(peer, this.parts.clock.nowUs());
    if (!device) return;
    if (this.bench) this.bench.onLeft(device);
    else this.devices.forgetLeft();
  }

  private own(peer: BenchPeer): Bench {
    if (this.bench?.coordinator === peer) return this.bench;
    throw refusal('You have no benchmark; open one first.');
  }

  private tellDevices(notice: BenchNotice): void {
    for (const { peer } of this.devices.present) peer?.send(notice);
  }

  private over(reason: string): void {
    const { bench } = this;
    if (!bench) return;
    this.bench = null;
    bench.close();
    this.parts.logger.info({ bench: bench.id, results: bench.results, reason }, 'benchmark over');
    const notice = { kind: 'over', benchId: bench.id, reason } as const;
    bench.coordinator.send(notice);
    this.unread.onOver(bench.coordinator);
    this.tellDevices(notice);
    this.devices.forgetLeft();
  }
}

/** Anybody who may view may open a benchmark, and must not thereby keep an admin from it for a day. */
function mayReplace(peer: BenchPeer, coordinator: BenchPeer): boolean {
  return peer.isAdmin && !coordinator.isAdmin;
}

function refusal(message: string): StreamerError {
  return new StreamerError('BENCH_REFUSED', message);
}
