import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { ProcessWatch } from '../trust/process-watch.js';
import { ThreadWatch } from '../trust/thread-watch.js';
import type { GeneratorFigures } from '../report/run-trust-schema.js';
import { bestClocks } from './clock-records.js';
import type { Crowd, CrowdFigures, CrowdOptions, CrowdProgress } from './crowd.js';
import { CrowdSeconds } from './crowd-seconds.js';
import { crowdSubjects } from './crowd-subjects.js';
import type { SecondReport, SessionOrder, TargetStates, ThreadResult, WindowOrder } from './load-messages.js';
import { LoadThread } from './load-thread.js';
import { withLostSessions } from './lost-sessions.js';
import { targetPorts } from './target-ports.js';
import { bucketLayout, windowOrder } from './window-order.js';
import { readAnchor } from './worker-clock.js';

/** What a crowd takes from its surroundings. */
export interface CrowdParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Connections of this process that are slow on purpose, by their own port: the backlog of the crowd is without them. */
  readonly isLeftOut?: (localPort: number) => boolean;
}

/** A session that has no frame so long after its turn is not waited for. */
const FIRST_FRAME_LIMIT_US = 10_000_000;
/** What a window is expected to last where nobody says. */
const USUAL_WINDOW_MS = 600_000;
/** Threads that are busy get the order before the window begins, so that all of them begin at one moment. */
const BEGIN_AHEAD_US = 100_000;

/** Starts the threads of a crowd, without any session yet. */
export async function openCrowd(options: CrowdOptions, parts: CrowdParts): Promise<Crowd> {
  return new ThreadedCrowd(options, parts);
}

interface OpenSession {
  readonly id: number;
  readonly thread: number;
  /** Place in the list of targets. */
  readonly target: number;
}

class ThreadedCrowd implements Crowd {
  private readonly threads: readonly LoadThread[];
  private readonly ownWatch: ThreadWatch;
  private readonly processWatch: ProcessWatch;
  /** In the order in which they were opened. */
  private readonly sessions: OpenSession[] = [];
  private readonly loopDelays: number[] = [];
  /** How sessions stand in each thread. */
  private readonly states: (readonly TargetStates[])[];
  /** Threads that ended by themselves, with their errors. */
  private readonly gone = new Map<number, StreamerError>();
  private seconds: CrowdSeconds;
  private nextId = 0;

  constructor(
    private readonly options: CrowdOptions,
    private readonly parts: CrowdParts,
  ) {
    const { clock, isLeftOut } = parts;
    this.ownWatch = new ThreadWatch(clock);
    this.processWatch = new ProcessWatch(clock, {
      socketsOf: targetPorts(options.targets),
      ...(isLeftOut && { isLeftOut }),
      loopDelayP99Us: () => this.loopDelayP99Us,
    });
    this.states = Array.from({ length: options.workers }, () => []);
    const window = this.newWindow(USUAL_WINDOW_MS);
    this.seconds = this.secondsOf(window, USUAL_WINDOW_MS);
    const start = { options, anchor: readAnchor(clock), window };
    this.threads = Array.from(
      { length: options.workers },
      (_, index) =>
        new LoadThread(`load-${index + 1}`, start, clock, {
          onSecond: (second) => this.onSecond(index, second),
          onStates: (states) => (this.states[index] = states),
          onGone: (error) => this.onGone(index, error),
        }),
    );
    void this.processWatch.begin();
  }

  async resize(sessions: number, rampMs: number): Promise<void> {
    const before = this.sessions.length;
    const orders: SessionOrder[][] = this.threads.map(() => []);
    for (let place = before; place < sessions; place += 1) {
      const delayUs = ((place - before) / (sessions - before)) * rampMs * 1000;
      const { id, thread, target } = this.add(place);
      orders[thread]?.push({ id, name: this.nameOf(place), target, delayUs });
    }
    const drops: number[][] = this.threads.map(() => []);
    for (const { id, thread } of this.sessions.splice(sessions)) drops[thread]?.push(id);
    await Promise.all(
      this.threads.flatMap((thread, index) => [
        thread.ask({ kind: 'drop', ids: drops[index] ?? [] }),
        thread.ask({ kind: 'open', sessions: orders[index] ?? [], limitUs: FIRST_FRAME_LIMIT_US }),
      ]),
    );
  }

  async begin(expectedMs = USUAL_WINDOW_MS): Promise<void> {
    const window = this.newWindow(expectedMs, BEGIN_AHEAD_US);
    this.seconds = this.secondsOf(window, expectedMs);
    this.ownWatch.begin();
    await Promise.all([
      this.processWatch.begin(),
      ...this.threads.map((thread) => thread.ask({ kind: 'begin', window })),
    ]);
  }

  progress(): CrowdProgress {
    const [threadError = null] = this.gone.values();
    const { loopDelayP99Us } = this;
    return { asked: this.sessions.length, loopDelayP99Us, threadError, ...this.seconds.progress() };
  }

  /** @throws {StreamerError} INTERNAL when all threads ended by themselves, and what they measured is gone */
  async end(): Promise<CrowdFigures> {
    const { seconds, threads } = this;
    const mainFigures = this.ownWatch.figures();
    const [processFigures, ...answers] = await Promise.all([
      this.processWatch.end(),
      ...threads.map((thread) => thread.ask({ kind: 'end' })),
    ]);
    const results = answers.flatMap((answer) => answer ?? []);
    const lost = threads.flatMap((thread, index) => (answers[index] ? [] : [{ index, error: lossOf(thread) }]));
    const [firstLost] = lost;
    if (results.length === 0 && firstLost) throw firstLost.error;
    seconds.finish();
    const windowMs = Math.max(0, Math.round((latestEndUs(results) - seconds.layouts.total.startUs) / 1000));
    const generator: GeneratorFigures = {
      threads: [
        { name: 'main', sessions: 0, ...mainFigures },
        ...threads.flatMap(({ name }, index) => {
          const answer = answers[index];
          return answer ? [{ name, sessions: answer.sessions.length, ...answer.thread }] : [];
        }),
      ],
      ...processFigures,
    };
    const measured = crowdSubjects({ targets: this.options.targets, seconds, results, windowMs });
    const lostSessions = lost.flatMap(({ index, error }) =>
      this.sessions.filter(({ thread }) => thread === index).map(({ target }) => ({ target, error })),
    );
    const subjects = withLostSessions(measured, lostSessions);
    const clocks = bestClocks(results.flatMap((result) => result.clocks));
    return { windowMs, ...subjects, clocks, generator, lostThreads: lost.map(({ error }) => error) };
  }

  async close(): Promise<void> {
    this.ownWatch.close();
    this.processWatch.close();
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private add(place: number): OpenSession {
    this.nextId += 1;
    const target = place % this.options.targets.length;
    const round = Math.floor(place / this.options.targets.length);
    // Shifted by one from round to round, so that no thread has all the sessions of a target, nor one of them too many.
    const thread = (target + round) % this.threads.length;
    const session = { id: this.nextId, thread, target };
    this.sessions.push(session);
    return session;
  }

  private nameOf(place: number): string {
    return `${this.options.sessionName}-${place + 1}`;
  }

  private newWindow(expectedMs: number, aheadUs = 0): WindowOrder {
    const sessions = Math.max(this.sessions.length, this.options.targets.length);
    return windowOrder(this.parts.clock.nowUs() + aheadUs, expectedMs, sessions);
  }

  private secondsOf({ startUs, buckets }: WindowOrder, expectedMs: number): CrowdSeconds {
    const { targets } = this.options;
    const target = bucketLayout(startUs, expectedMs, targets.length);
    return new CrowdSeconds({ total: buckets, target }, targets, this.states, this.gone);
  }

  private onSecond(thread: number, second: SecondReport): void {
    this.loopDelays[thread] = second.loopDelayP99Us;
    this.states[thread] = second.targets;
    this.seconds.add(thread, second);
  }

  /** What its sessions measured is gone with it, and nothing of them comes any more. */
  private onGone(thread: number, error: StreamerError): void {
    this.parts.logger.error({ error: error.message }, 'a thread of the crowd ended by itself');
    this.gone.set(thread, error);
    const lastError = { code: error.code, message: error.message };
    const sessions = this.sessions.filter((session) => session.thread === thread);
    // One entry a session: they are added up.
    this.states[thread] = sessions.map(({ target }) => {
      return { target, connected: 0, ended: 0, failed: 1, reconnecting: 0, lastError };
    });
    this.loopDelays[thread] = 0;
    this.seconds.onGone();
  }

  private get loopDelayP99Us(): number {
    return Math.max(this.ownWatch.recentLoopDelayP99Us(), ...this.loopDelays);
  }
}

function latestEndUs(results: readonly ThreadResult[]): number {
  return Math.max(...results.map(({ endUs }) => endUs));
}

function lossOf({ name, error }: LoadThread): StreamerError {
  return new StreamerError('INTERNAL', `The thread ${name} ended by itself: ${error?.message ?? 'it said nothing.'}`, {
    cause: error,
  });
}
