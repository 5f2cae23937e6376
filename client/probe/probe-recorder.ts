import type { StreamState } from '../../shared/protocol/messages.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { AgeSampler } from '../metrics/age-sampler.js';
import { ArrivalRate } from '../metrics/arrival-rate.js';
import { quantilesOf } from '../metrics/figures.js';
import { rateFiguresOf } from '../metrics/rate-figures.js';
import { SecondSeries } from '../metrics/second-series.js';
import type { EncodedHistograms, LatencySource, ProbeFigures, StreamSnapshot } from '../metrics/snapshot.js';
import { StageHistograms } from '../metrics/stage-histograms.js';
import { FreezeWatch } from './freeze-watch.js';
import { HeldFigures } from './held-figures.js';
import { measurePicture, PathLatency } from './path-latency.js';
import type { ClockReading, MeasuredPicture, PictureLatency } from './path-latency.js';
import { PathPace } from './path-pace.js';
import { PathState } from './path-state.js';
import { isOfThePast } from './picture-of-the-past.js';
import { PictureOrder } from './picture-order.js';
import type { ProbedPicture, ProbeFacts } from './probe-events.js';
import type { ProbeTarget } from './probe-target.js';

const UNKNOWN_PERIOD_US = 1_000_000;
/** Nobody but our own server says where the time goes on the way. */
const NO_STAGES = new StageHistograms().quantiles();
const NO_FACTS: ProbeFacts = { codec: '', nominalFps: null, delays: [] };

/**
 * Measures one path. Like `StreamRecorder` it has no clock: every time is passed in, in microseconds of our clock, and
 * must not run backwards. docs/probe.md says what each figure means.
 */
export class ProbeRecorder {
  private readonly state = new PathState();
  private readonly order = new PictureOrder();
  private readonly pace = new PathPace();
  private readonly latency = new PathLatency();
  private readonly freezes = new FreezeWatch();
  private readonly age = new AgeSampler(null);
  private seconds: SecondSeries;
  private rate = new ArrivalRate();
  private facts = NO_FACTS;
  private size = { width: 0, height: 0 };
  private received = 0;
  private kept = 0;
  private opening = 0;
  /** The first picture of the connection, until there is a second one to compare it with. */
  private first: MeasuredPicture | 'to come' | null = 'to come';
  private readonly held = new HeldFigures<MeasuredPicture>((measured) => void this.countLatency(measured));
  private corrupt = 0;
  private bytes = 0;
  private withLatency = 0;
  private resolutionChanges = 0;
  private newestUs: number | null = null;

  /** @param id place of the path among those that are measured */
  constructor(
    private readonly target: ProbeTarget,
    private readonly id: number,
    startUs: number,
  ) {
    this.seconds = new SecondSeries(startUs);
  }

  onConnecting(nowUs: number): void {
    this.state.onConnecting(nowUs);
  }

  onFacts(facts: ProbeFacts): void {
    this.facts = facts;
    this.pace.onNominal(facts.nominalFps);
    this.onPeriod();
  }

  /**
   * Takes the next picture.
   *
   * @param code the time code that was read in it
   * @param clock relates the clock of time codes to ours; null while that is not known
   */
  onPicture(picture: ProbedPicture, code: Timecode | null, clock: ClockReading | null): void {
    const { arrivalTimeUs, timing } = picture;
    this.state.onPicture(arrivalTimeUs);
    this.newestUs = arrivalTimeUs;
    if (timing === 'waited') this.onWaited(picture);
    else this.onTimed(picture, measurePicture(picture, code, clock));
    this.received += 1;
    this.onSize(picture);
    if (this.order.onPicture(picture, code)) this.freezes.onNew(arrivalTimeUs);
  }

  /** Bytes of pictures that do not say their length themselves. */
  onBytes(lengthBytes: number, nowUs: number): void {
    this.bytes += lengthBytes;
    this.rate.onKept(lengthBytes);
    this.seconds.onKept(nowUs, lengthBytes);
  }

  onLost(frames: number): void {
    this.order.onLost(frames);
  }

  onCorrupt(): void {
    this.corrupt += 1;
  }

  /** The path broke, or could not be opened, for `reason`. */
  onBroken(nowUs: number, reason: string): void {
    this.advance(nowUs);
    this.state.onBroken(nowUs, reason);
    this.freezes.stop(nowUs, false);
    this.restart();
  }

  /** The path came to its regular end. */
  onEnded(nowUs: number): void {
    this.advance(nowUs);
    this.state.onEnded(nowUs);
    this.freezes.stop(nowUs, true);
    this.age.stop(nowUs);
    this.seconds.stop(nowUs);
  }

  /** Brings everything up to `nowUs`; call it once a second or more often. */
  advance(nowUs: number): void {
    this.seconds.advance(nowUs);
    this.age.advance(nowUs);
  }

  /** Everything measured up to `nowUs`. */
  snapshot(nowUs: number): StreamSnapshot {
    this.advance(nowUs);
    const { lost } = this.order.figures();
    const isOver = this.state.shown === 'ended';
    const mean = this.rate.mean(isOver ? -Infinity : nowUs, this.pace.periodUs ?? UNKNOWN_PERIOD_US);
    return {
      id: this.id,
      name: this.target.name,
      ...this.size,
      nominalFps: this.facts.nominalFps,
      encoding: { mode: 'unknown', reason: '' },
      state: this.shownState(nowUs),
      reason: this.state.reason,
      timeSource: this.withLatency > 0 ? 'source' : 'arrival',
      timeSources: { schedule: 0, arrival: this.received - this.withLatency, source: this.withLatency },
      frames: { received: this.received, lost, skipped: 0, corrupt: this.corrupt, kept: this.kept },
      ...rateFiguresOf(mean, this.seconds),
      bytes: this.bytes,
      latencyUs: this.latency.figures().latencyUs,
      ageUs: { ...quantilesOf(this.age.histogram), max: this.age.histogram.max },
      jitterUs: this.pace.figures().jitterUs,
      stagesUs: NO_STAGES,
      seconds: this.seconds.figures(),
      bars: this.latency.bars(),
      probe: this.figures(nowUs),
    };
  }

  /** The latencies in full. */
  histograms(): EncodedHistograms {
    return this.latency.encode();
  }

  /** Forgets every figure but not where the path is. */
  reset(nowUs: number): void {
    this.advance(nowUs);
    for (const part of [this.order, this.pace, this.latency]) part.reset();
    this.state.reset(nowUs);
    this.freezes.reset(nowUs);
    this.age.reset(nowUs);
    this.rate = new ArrivalRate();
    this.seconds = new SecondSeries(nowUs);
    this.received = 0;
    this.kept = 0;
    this.opening = 0;
    this.held.clear();
    this.corrupt = 0;
    this.bytes = 0;
    this.withLatency = 0;
    this.resolutionChanges = 0;
  }

  /** What comes next cannot be compared with what came. */
  private restart(): void {
    this.pace.restart();
    this.order.restart();
    this.first = 'to come';
    this.held.clear();
  }

  /** Its arrival says nothing of the path, but its data came. */
  private onWaited({ arrivalTimeUs, lengthBytes }: ProbedPicture): void {
    this.opening += 1;
    this.onBytes(lengthBytes ?? 0, arrivalTimeUs);
  }

  private onTimed(picture: ProbedPicture, measured: MeasuredPicture): void {
    const { arrivalTimeUs, lengthBytes, timing } = picture;
    this.lookAtFirst(measured);
    this.bytes += lengthBytes ?? 0;
    this.rate.onFrame(arrivalTimeUs, lengthBytes ?? 0);
    this.seconds.onFrame(arrivalTimeUs, lengthBytes ?? 0);
    this.pace.onPicture(picture);
    this.onPeriod();
    this.held.onPicture(arrivalTimeUs, this.pace.periodUs);
    if (this.first === 'to come') this.first = measured;
    else if (timing === 'if followed') this.hold(measured, arrivalTimeUs);
    else this.recordLatency(measured);
  }

  private hold(measured: MeasuredPicture, arrivalTimeUs: number): void {
    this.held.hold(measured, arrivalTimeUs);
    // However late it came, nothing newer was there until then.
    this.sampleAge(this.latency.of(measured));
  }

  /**
   * The first picture of a connection may be one of the past, which a server keeps for those who join: the next shows
   * whether it was on its way all that time.
   */
  private lookAtFirst(next: MeasuredPicture): void {
    const { first } = this;
    if (first === null || first === 'to come') return;
    if (isOfThePast(first, next)) {
      this.restart();
      this.received -= 1;
      this.kept += 1;
    } else this.recordLatency(first);
    this.first = null;
  }

  private recordLatency(measured: MeasuredPicture): void {
    this.sampleAge(this.countLatency(measured));
  }

  private countLatency(measured: MeasuredPicture): PictureLatency | null {
    const latency = this.latency.record(measured);
    if (!latency) return null;
    this.withLatency += 1;
    this.seconds.onLatency(latency.latencyUs, latency.errorUs);
    return latency;
  }

  private sampleAge(latency: PictureLatency | null): void {
    if (latency) this.age.onFrame(latency.arrivalTimeUs, latency.captureTimeUs);
  }

  private onSize({ width, height }: ProbedPicture): void {
    const before = this.size;
    this.size = { width, height };
    if (before.width > 0 && (before.width !== width || before.height !== height)) this.resolutionChanges += 1;
  }

  private onPeriod(): void {
    const { periodUs } = this.pace;
    this.freezes.setPeriod(periodUs);
    this.age.setPeriod(periodUs);
  }

  private shownState(nowUs: number): StreamState {
    const { shown } = this.state;
    const frozenUs = this.freezes.frozenUs(nowUs);
    if (shown !== 'live' || frozenUs === 0) return shown;
    const areComing = this.newestUs !== null && nowUs - this.newestUs < frozenUs / 2;
    return areComing ? 'frozen' : 'silent';
  }

  private figures(nowUs: number): ProbeFigures {
    const { repeated, outOfOrder, timeCode } = this.order.figures();
    const { arrivalGaps, mediaGaps } = this.pace.figures();
    return {
      url: this.target.shownUrl,
      codec: this.facts.codec === '' ? null : this.facts.codec,
      delays: this.facts.delays,
      latencySource: this.latencySource(),
      statedLatencyUs: this.latency.figures().statedLatencyUs,
      firstFrameUs: this.state.firstFrameUs,
      endedAfterUs: this.state.endedAfterUs,
      opening: this.opening,
      timeCode,
      repeated,
      outOfOrder,
      arrivalGaps,
      mediaGaps,
      freezes: this.freezes.figures(nowUs),
      resolutionChanges: this.resolutionChanges,
      reconnects: this.state.reconnects,
      outageUs: this.state.outageUs(nowUs),
    };
  }

  private latencySource(): LatencySource | null {
    if (!this.latency.hasAny) return null;
    if (this.latency.isByCode) return 'time code';
    return this.target.kind === 'http' ? 'X-Timestamp' : 'protocol';
  }
}
