import type { CancelTimer, Clock } from '../../shared/clock.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { ThreadWatch } from '../trust/thread-watch.js';
import { ConnectGate } from './connect-gate.js';
import type { CrowdOptions } from './crowd.js';
import type {
  SecondReport,
  SessionOrder,
  SessionResult,
  TargetResult,
  TargetStates,
  ThreadResult,
  WindowOrder,
} from './load-messages.js';
import { LoadRecorder } from './load-recorder.js';
import { LoadSession } from './load-session.js';
import type { LoadSource } from './load-source.js';
import { openSource } from './open-source.js';
import { ServerClocks } from './server-clocks.js';
import { clockRecords } from './clock-records.js';
import { sessionSubject } from './session-subject.js';
import { TargetRecorder } from './target-recorder.js';
import { WindowSeconds } from './window-seconds.js';

/** What a pool takes from its surroundings. */
export interface PoolParts {
  readonly clock: Clock;
  readonly watch: Pick<ThreadWatch, 'begin' | 'figures' | 'recentLoopDelayP99Us'>;
  readonly options: CrowdOptions;
  readonly say: (second: SecondReport) => void;
  /** By the kind of the target; a test puts another one in its place. */
  readonly openSource?: typeof openSource;
}

/** Connections under way at once in one thread. */
const CONNECTING_AT_ONCE = 32;

interface Member {
  readonly session: LoadSession;
  readonly recorder: LoadRecorder;
  readonly order: SessionOrder;
}

/** The sessions of one worker thread. */
export class SessionPool {
  private readonly members = new Map<number, Member>();
  /** Sessions that were closed in this window; what they measured still counts. */
  private dropped: Member[] = [];
  private readonly sources = new Map<number, LoadSource>();
  private readonly targets = new Map<number, TargetRecorder>();
  private readonly clocks: ServerClocks;
  private readonly gate = new ConnectGate(CONNECTING_AT_ONCE);
  private readonly seconds: WindowSeconds;

  constructor(
    private readonly parts: PoolParts,
    private window: WindowOrder,
  ) {
    this.clocks = new ServerClocks(parts.clock);
    this.seconds = new WindowSeconds(parts.clock, (...second) => this.onSecond(...second));
    this.seconds.begin(window.startUs);
    parts.watch.begin();
  }

  /** Opens sessions; resolves when each has a frame, or is over, or got none within `limitUs` after its turn. */
  open(orders: readonly SessionOrder[], limitUs: number): Promise<void> {
    return new Promise((resolve) => {
      let waiting = orders.length;
      const limit = Math.max(0, ...orders.map(({ delayUs }) => delayUs)) + limitUs;
      const cancel: CancelTimer = this.parts.clock.schedule(waiting === 0 ? 0 : limit, resolve);
      const onSettled = () => {
        waiting -= 1;
        if (waiting > 0) return;
        cancel();
        resolve();
      };
      for (const order of orders) this.add(order, onSettled);
    });
  }

  /** Closes sessions; resolves when nothing is left of them. */
  async drop(ids: readonly number[]): Promise<void> {
    const going = ids.flatMap((id) => this.members.get(id) ?? []);
    for (const member of going) {
      this.members.delete(member.order.id);
      this.dropped.push(member);
    }
    await Promise.all(going.map(({ session }) => session.stop()));
    for (const { session, order } of going) this.targets.get(order.target)?.onRemoved(session.state);
  }

  /** How the sessions to each target stand. */
  states(): TargetStates[] {
    return [...this.targets.values()].map((target) => target.stand());
  }

  /** Begins a window at its time, with the first frame in it; resolves then. Where that is over, it begins at once. */
  begin(window: WindowOrder): Promise<void> {
    this.seconds.beginEarly();
    const nowUs = this.parts.clock.nowUs();
    if (nowUs < window.startUs) {
      return new Promise((resolve) => {
        this.seconds.beginAt(window.startUs, () => {
          this.start(window, window.startUs);
          resolve();
        });
      });
    }
    this.seconds.begin(window.startUs);
    this.start(window, nowUs);
    return Promise.resolve();
  }

  /** Ends the window; sessions go on. */
  end(): ThreadResult {
    this.seconds.beginEarly();
    const thread = this.parts.watch.figures();
    for (const source of this.sources.values()) source.flush?.();
    const endUs = this.parts.clock.nowUs();
    this.seconds.end(endUs);
    const all = [...this.members.values(), ...this.dropped];
    const sessions = all.map((member) => this.resultOf(member, endUs));
    const recordersOf = new Map<number, LoadRecorder[]>();
    for (const { recorder, order } of all) {
      const recorders = recordersOf.get(order.target);
      if (recorders) recorders.push(recorder);
      else recordersOf.set(order.target, [recorder]);
    }
    const targets = [...this.targets.values()].map((target) =>
      targetResult(target, recordersOf.get(target.target) ?? []),
    );
    return { thread, endUs, sessions, targets, clocks: clockRecords(this.clocks, endUs) };
  }

  async close(): Promise<void> {
    this.seconds.stop();
    await this.drop([...this.members.keys()]);
    await Promise.all([...this.sources.values()].map((source) => source.close()));
  }

  /** @param sinceUs what came before it was counted already, and is in no window */
  private start(window: WindowOrder, sinceUs: number): void {
    for (const source of this.sources.values()) source.flush?.();
    this.window = window;
    this.dropped = [];
    for (const target of this.targets.values()) target.begin(window.buckets);
    for (const { recorder } of this.members.values()) recorder.begin(window.sessionBuckets, sinceUs);
    this.parts.watch.begin();
  }

  private add(order: SessionOrder, onSettled: () => void): void {
    const target = this.targetOf(order.target);
    const recorder = new LoadRecorder(this.window.sessionBuckets, (atUs, ageUs) => target.onAge(atUs, ageUs));
    const session = new LoadSession(
      {
        ...{ name: order.name, recorder, target, onSettled },
        reconnect: this.parts.options.reconnect,
        source: { open: (name, sink) => this.sourceOf(order.target).open(name, sink) },
        takeTurn: this.gate.takeTurn,
      },
      this.parts.clock,
    );
    this.members.set(order.id, { session, recorder, order });
    target.onAdded();
    session.startIn(order.delayUs);
  }

  private resultOf({ session, recorder, order }: Member, endUs: number): SessionResult {
    const target = this.parts.options.targets[order.target];
    const parts = { endUs, target, histograms: this.window.histograms };
    const subject = sessionSubject(order.name, session.state, recorder, parts);
    return { id: order.id, target: order.target, windowFps: recorder.windowFps(endUs), subject };
  }

  private targetOf(index: number): TargetRecorder {
    const target = this.targets.get(index) ?? new TargetRecorder(index, this.seconds, this.window.buckets);
    this.targets.set(index, target);
    return target;
  }

  /** @throws {StreamerError} for an address that cannot be read */
  private sourceOf(index: number): LoadSource {
    const known = this.sources.get(index);
    if (known) return known;
    const { clock, options } = this.parts;
    const { token, headers, ffmpegPath, staysAtHost = false } = options;
    const target = options.targets[index];
    if (!target) throw new RangeError(`There is no target ${index}.`);
    const open = this.parts.openSource ?? openSource;
    const source = open(target, { clock, token, headers, ffmpegPath, staysAtHost, clocks: this.clocks });
    this.sources.set(index, source);
    return source;
  }

  private onSecond(startUs: number, second: number, isWhole: boolean): void {
    const nowUs = this.parts.clock.nowUs();
    for (const { recorder } of this.members.values()) recorder.advance(nowUs);
    const targets = [...this.targets.values()].map((target) => target.takeSecond());
    const loopDelayP99Us = this.parts.watch.recentLoopDelayP99Us();
    this.parts.say({ startUs, second, isWhole, loopDelayP99Us, targets });
  }
}

function targetResult(target: TargetRecorder, recorders: readonly LoadRecorder[]): TargetResult {
  const latency = new LatencyHistogram();
  const age = new LatencyHistogram();
  for (const recorder of recorders) {
    latency.merge(recorder.latency);
    age.merge(recorder.age);
  }
  return {
    target: target.target,
    latency: latency.state(),
    age: age.state(),
    stages: target.stageStates(),
    firstFramesUs: recorders.flatMap(({ firstFrames }) => firstFrames),
    agesMaxUs: target.agesMaxUs(),
    ageBucketUs: target.ageBucketUs,
  };
}
