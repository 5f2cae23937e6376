/** Many real client sessions in one process, without screens: what they receive is recorded together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SequenceTracker } from '../../../shared/receiver/sequence-tracker.js';
import type { Session, SessionFrame } from '../../../client/session.js';
import { SystemClock } from '../../../shared/clock.js';
import type { Stats, StreamInfo } from '../../../shared/protocol/messages.js';
import { readClockPair, trueOffsetUs } from '../clock-pair.js';
import type { ClockPair } from '../clock-pair.js';
import { DeliveryRecorder } from '../deliveries.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const sessionModule = await product('client/session.js');
const trackerModule = await product('shared/receiver/sequence-tracker.js');
const { LatencyHistogram } = await product('shared/histogram.js');

/** Connecting all at once would have the server push out those that have not said hello. */
const CONNECTING_AT_ONCE = 64;

const clock = new SystemClock();
const sessions: Session[] = [];
const totals = { lost: 0, skipped: 0, ended: 0 };
const statsLatency = typicalLatencies();
let serverClock: ClockPair | null = null;
let recorder: DeliveryRecorder | null = null;
let nextFrames: NextFrames | null = null;

/** Where to connect how many sessions; `serverClock` where the server is one of our workers. */
interface ConnectInput {
  readonly port: number;
  readonly clients: number;
  readonly serverClock: ClockPair | null;
  /** Streams that each of them wants, by name; the first one of the server by default. */
  readonly streams?: readonly string[];
}

/** When a frame came, and the attempt to connect that brought it, in microseconds of the monotonic clock. */
interface Return {
  readonly frameUs: number;
  readonly attemptUs: number | null;
}

/** The next frame of each stream, by name, as far as it has come. */
interface NextFrames {
  readonly returns: Map<string, Return>;
  readonly attemptsUs: Map<string, number>;
  readonly wanted: number;
  readonly resolve: () => void;
}

export const commands = {
  /** Connects the sessions; resolves once each of them has a frame of every stream it wants. */
  async connect(input: ConnectInput) {
    serverClock = input.serverClock;
    let started = 0;
    const connectNext = async (): Promise<void> => {
      while (started < input.clients) {
        started += 1;
        await open(input, `bench-${started}`);
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

  /**
   * Waits for a frame of so many `streams`, at most `limitMs`. Resolves to when each of them came, by the name of its
   * stream, in microseconds of the clock that all processes of the machine share.
   */
  async nextFrames({ streams, limitMs }: { streams: number; limitMs: number }) {
    const returns = new Map<string, Return>();
    const timer = new AbortController();
    const allCame = new Promise<void>((resolve) => {
      nextFrames = { returns, attemptsUs: new Map(), wanted: streams, resolve };
    });
    await Promise.race([allCame, sleep(limitMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    nextFrames = null;
    return returns;
  },

  /** How the frames of the first stream are made, as the server says. */
  encoding() {
    return sessions[0]?.stream(1)?.encoding ?? null;
  },
};

/** The commands this worker takes. */
export type SessionsCommands = typeof commands;

function open({ port, streams }: ConnectInput, name: string): Promise<void> {
  const trackers = new Map<number, SequenceTracker>();
  const subscriptions = streams?.map((stream) => ({ stream })) ?? [{}];
  const address = { host: '127.0.0.1', port, name, token: null };
  const options = { ...address, subscriptions, reconnect: false, acknowledgeOnReceipt: true };
  return new Promise((resolve, reject) => {
    const session = new sessionModule.Session(
      options,
      {
        onFrame: (frame) => {
          if (frame.kept) return;
          onFrame(frame, trackerOf(trackers, frame.header.streamId));
          noteFrame(session, frame);
          if (trackers.size === subscriptions.length) resolve();
        },
        onSkipped: (streamId, first, last) => trackers.get(streamId)?.onSkipped(first, last),
        onStream: ({ stream }) => noteState(stream),
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

function trackerOf(trackers: Map<number, SequenceTracker>, streamId: number): SequenceTracker {
  let tracker = trackers.get(streamId);
  if (!tracker) trackers.set(streamId, (tracker = new trackerModule.SequenceTracker()));
  return tracker;
}

function onFrame(frame: SessionFrame, tracker: SequenceTracker): void {
  const gap = tracker.onFrame(frame.header.sequence);
  totals.lost += gap?.lost ?? 0;
  totals.skipped += gap?.skipped ?? 0;
  recorder?.onFrame(frame);
}

function noteFrame(session: Session, { header, receivedTimeUs }: SessionFrame): void {
  if (!nextFrames) return;
  const { returns, attemptsUs, wanted, resolve } = nextFrames;
  const name = session.stream(header.streamId)?.name ?? '';
  if (returns.has(name)) return;
  const { nowUs, monotonicUs } = readClockPair(clock);
  returns.set(name, { frameUs: receivedTimeUs - nowUs + monotonicUs, attemptUs: attemptsUs.get(name) ?? null });
  if (returns.size === wanted) resolve();
}

function noteState({ name, state }: StreamInfo): void {
  if (state === 'connecting') nextFrames?.attemptsUs.set(name, readClockPair(clock).monotonicUs);
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
