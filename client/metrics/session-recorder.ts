import type { Stats, StreamInfo } from '../../shared/protocol/messages.js';
import type { ClockFigures, ConnectionState, EncodedHistograms, Snapshot } from './snapshot.js';
import { StreamRecorder } from './stream-recorder.js';

/** Streams measured at most: as many as a WELCOME may list. A server that announces more and more costs no more. */
const MAX_STREAMS = 1024;

const NO_CLOCK: ClockFigures = { offsetUs: null, errorUs: null, driftPpm: null, rttUs: { min: null, p50: null } };

/**
 * Measures one run of a client: the connection and each of its streams. Streams are told apart by name, because a server
 * that was restarted may give them other ids; their figures go on over reconnects. Like `StreamRecorder` it has no clock.
 */
export class SessionRecorder {
  private readonly byName = new Map<string, StreamRecorder>();
  private byId = new Map<number, StreamRecorder>();
  private state: ConnectionState = 'connecting';
  private notice: string | null = null;
  private clock: ClockFigures = NO_CLOCK;
  private reconnects = 0;
  private outageUs = 0;
  private downSinceUs: number | null = null;
  private wasConnected = false;
  private endUs = Infinity;
  private reportedUs: number;

  /** `server` names the peer in reports, as `host:port`. */
  constructor(
    private readonly server: string,
    private startUs: number,
  ) {
    this.reportedUs = startUs;
  }

  /**
   * The connection changed. An outage lasts from the first `reconnecting` after a `connected` to the next `connected`;
   * `closed` ends the measurement.
   */
  onState(state: ConnectionState, notice: string | null, nowUs: number): void {
    if (state === 'reconnecting' && this.wasConnected && this.downSinceUs === null) this.beginOutage(nowUs);
    if (state === 'connected') this.endOutage(nowUs);
    if (state === 'closed' && this.state !== 'closed') this.finish(nowUs);
    this.state = state;
    this.notice = notice;
  }

  /** The server said something worth showing, or what it said is over (null). */
  onNotice(notice: string | null): void {
    this.notice = notice;
  }

  /** The clock estimate as it is now. */
  onClock(clock: ClockFigures): void {
    this.clock = clock;
  }

  /** A WELCOME came: these are the streams whose frames will come. What was measured before and is not among them is offline. */
  onWelcome(streams: readonly StreamInfo[], nowUs: number): void {
    const before = new Map(this.byId);
    this.byId = new Map();
    for (const info of streams) this.onStream(info, null, nowUs);
    const present = new Set(this.byId.values());
    for (const recorder of before.values()) {
      if (!present.has(recorder)) recorder.onGone(nowUs);
    }
  }

  /** A stream appeared or changed, for `reason` if there is one. Null when there are too many to measure. */
  onStream(info: StreamInfo, reason: string | null, nowUs: number): StreamRecorder | null {
    const known = this.byName.get(info.name);
    if (!known && !this.makeRoom()) return null;
    const recorder = known ?? new StreamRecorder(info, this.startUs);
    if (this.byId.get(recorder.id) === recorder) this.byId.delete(recorder.id);
    recorder.onStreamInfo(info, reason, nowUs);
    this.byName.set(info.name, recorder);
    this.byId.set(info.id, recorder);
    return recorder;
  }

  /** The server took a stream away, for `reason` if there is one; its figures stay. */
  onRemoved(info: StreamInfo, reason: string | null, nowUs: number): void {
    const recorder = this.byId.get(info.id);
    if (!recorder) return;
    recorder.onRemoved(info, reason, nowUs);
    this.byId.delete(info.id);
  }

  /** The recorder of the stream that has `id` on the present connection. */
  stream(id: number): StreamRecorder | undefined {
    return this.byId.get(id);
  }

  /** Brings everything up to `nowUs`; call it once a second or more often. */
  advance(nowUs: number): void {
    for (const recorder of this.byName.values()) recorder.advance(Math.min(nowUs, this.endUs));
  }

  /** Everything measured up to `nowUs`, or up to the end of the measurement. */
  snapshot(nowUs: number): Snapshot {
    const untilUs = Math.min(nowUs, this.endUs);
    const outageUs = this.outageUs + (this.downSinceUs === null ? 0 : untilUs - this.downSinceUs);
    return {
      server: this.server,
      state: this.state,
      notice: this.notice,
      startedAtUs: this.startUs,
      durationMs: Math.round((untilUs - this.startUs) / 1000),
      reconnects: this.reconnects,
      outageMs: Math.round(outageUs / 1000),
      clock: this.clock,
      streams: [...this.byName.values()].map((recorder) => recorder.snapshot(untilUs)),
    };
  }

  /** The latencies of each stream in full, by its name. */
  histograms(): ReadonlyMap<string, EncodedHistograms> {
    return new Map([...this.byName].map(([name, recorder]) => [name, recorder.histograms()]));
  }

  /** What happened since the last call, for the STATS message: the streams of the present connection. */
  takeInterval(nowUs: number): Stats {
    const intervalMs = Math.round((nowUs - this.reportedUs) / 1000);
    this.reportedUs = nowUs;
    const { offsetUs, errorUs } = this.clock;
    const streams = [...this.byId.values()].map((recorder) => recorder.takeInterval());
    return offsetUs === null || errorUs === null
      ? { intervalMs, streams }
      : { intervalMs, clock: { offsetUs, errorUs }, streams };
  }

  /** Starts the measurement over at `nowUs`; the connection stays what it is. */
  reset(nowUs: number): void {
    this.startUs = nowUs;
    this.reconnects = 0;
    this.outageUs = 0;
    if (this.downSinceUs !== null) this.downSinceUs = nowUs;
    for (const recorder of this.byName.values()) recorder.reset(nowUs);
  }

  /** Whether there is room for one more stream; where there is none, a stream that was removed gives up its place. */
  private makeRoom(): boolean {
    if (this.byName.size < MAX_STREAMS) return true;
    const removed = [...this.byName].find(([, recorder]) => recorder.isRemoved);
    return removed !== undefined && this.byName.delete(removed[0]);
  }

  private beginOutage(nowUs: number): void {
    this.downSinceUs = nowUs;
    for (const recorder of this.byName.values()) recorder.onDisconnect();
  }

  private endOutage(nowUs: number): void {
    this.wasConnected = true;
    if (this.downSinceUs === null) return;
    this.reconnects += 1;
    this.outageUs += nowUs - this.downSinceUs;
    this.downSinceUs = null;
  }

  private finish(nowUs: number): void {
    this.endUs = nowUs;
    for (const recorder of this.byName.values()) recorder.finish(nowUs);
  }
}
