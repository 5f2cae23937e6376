/** Many real client sessions in one process, without screens: what they receive is recorded together. */
import type { SequenceTracker } from '../../../client/metrics/sequence-tracker.js';
import type { Session, SessionFrame } from '../../../client/session.js';
import { SystemClock } from '../../../shared/clock.js';
import type { Stats } from '../../../shared/protocol/messages.js';
import { readClockPair, trueOffsetUs } from '../clock-pair.js';
import type { ClockPair } from '../clock-pair.js';
import { DeliveryRecorder } from '../deliveries.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const sessionModule = await product('client/session.js');
const trackerModule = await product('client/metrics/sequence-tracker.js');
const { LatencyHistogram } = await product('shared/histogram.js');

/** Connecting all at once would have the server push out those that have not said hello. */
const CONNECTING_AT_ONCE = 64;

const clock = new SystemClock();
const sessions: Session[] = [];
const totals = { lost: 0, skipped: 0, ended: 0 };
const statsLatency = typicalLatencies();
let serverClock: ClockPair | null = null;
let recorder: DeliveryRecorder | null = null;

/** Where to connect how many sessions; `serverClock` where the server is one of our workers. */
interface ConnectInput {
  readonly port: number;
  readonly clients: number;
  readonly serverClock: ClockPair | null;
}

export const commands = {
  /** Connects the sessions; resolves once each of them has its first frame. */
  async connect(input: ConnectInput) {
    serverClock = input.serverClock;
    let started = 0;
    const connectNext = async (): Promise<void> => {
      while (started < input.clients) {
        started += 1;
        await open(input.port, `bench-${started}`);
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectNext));
  },

  /** Begins to record. What the server left out while the sessions came one after the other is no longer counted. */
  begin() {
    totals.skipped = 0;
    const pair = readClockPair(clock);
    const trueUs = serverClock === null ? null : trueOffsetUs(serverClock, pair);
    recorder = new DeliveryRecorder(() => new LatencyHistogram(), pair.monotonicUs - pair.nowUs, trueUs);
  },

  /** Ends recording. Frames lost and sessions ended count from the connection on, frames left out since `begin`. */
  end() {
    const deliveries = recorder?.deliveries() ?? null;
    recorder = null;
    return { deliveries, ...totals };
  },
};

/** The commands this worker takes. */
export type SessionsCommands = typeof commands;

function open(port: number, name: string): Promise<void> {
  const tracker = new trackerModule.SequenceTracker();
  const address = { host: '127.0.0.1', port, name, token: null };
  const options = { ...address, subscriptions: [{}], reconnect: false, acknowledgeOnReceipt: true };
  return new Promise((resolve, reject) => {
    const session = new sessionModule.Session(
      options,
      {
        onFrame: (frame) => {
          onFrame(frame, tracker);
          resolve();
        },
        onSkipped: (_streamId, first, last) => tracker.onSkipped(first, last),
        collectStats: report,
        onEnd: (error) => {
          totals.ended += 1;
          reject(error ?? new Error('The server said goodbye.'));
        },
      },
      clock,
    );
    sessions.push(session);
    session.start();
  });
}

function onFrame(frame: SessionFrame, tracker: SequenceTracker): void {
  if (frame.kept) return;
  const gap = tracker.onFrame(frame.header.sequence);
  totals.lost += gap?.lost ?? 0;
  totals.skipped += gap?.skipped ?? 0;
  recorder?.onFrame(frame);
}

/** As many bytes of statistics as a real client sends each second, without the work of measuring them. */
function report(): Stats {
  const stream = { streamId: 1, received: 30, lost: 0, skipped: 0, corrupt: 0, bytes: 900_000, latency: statsLatency };
  return { intervalMs: 1000, clock: { offsetUs: 0, errorUs: 100 }, streams: [stream] };
}

function typicalLatencies(): string {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < 30; i += 1) histogram.record(1000 + 150 * i);
  return histogram.encode();
}

serveCommands(commands);
