import type { Clock } from '../../shared/clock.js';
import { pause } from '../../shared/pause.js';
import { untilStopped } from '../../shared/until-stopped.js';
import type { CrowdFigures } from '../load/crowd.js';
import type { ErrorTally } from '../report/run-report-schema.js';
import type { ServerSamples, Validity } from '../report/run-trust-schema.js';
import { isRefusal } from './bottleneck.js';
import { judgeObjective } from './judgement.js';
import type { TermOutcome } from './judgement.js';
import type { LoadUnderTest } from './load-under-test.js';
import type { Objective } from './objective.js';
import type { MeasuredStep } from './objective-readings.js';
import { SearchEnded } from './search-plan.js';
import type { Step, StepState } from './search-plan.js';
import { untilCalm } from './settling.js';

/** How long a step is. */
export interface StepTimes {
  readonly stepUs: number;
  readonly soakUs: number;
  /** Longest wait for calm figures before a step. */
  readonly settleUs: number;
}

/** A step that was measured to its end. */
export interface StepRecord {
  readonly step: Step;
  readonly state: StepState;
  readonly outcomes: readonly TermOutcome[];
  readonly measured: MeasuredStep;
  readonly validity: Validity;
}

/** What a server says of itself in a window. */
export interface ServerUnderTest {
  begin(): Promise<void>;
  end(): Promise<ServerSamples>;
}

/** What steps are made of. */
export interface StepParts {
  readonly clock: Clock;
  readonly load: LoadUnderTest;
  /** Null where nobody answers for the server. */
  readonly server: ServerUnderTest | null;
  /** Aborted when the user stops. */
  readonly signal: AbortSignal;
  judge(figures: CrowdFigures, server: ServerSamples | null): Validity;
  /** What it is doing, for whoever watches. */
  onDoing(step: Step, endsAtUs: number): void;
  onRecord(record: StepRecord): void;
}

/** Sessions that got so much of what was announced were under the load that the step is for. */
const WHOLE_LOAD = 0.95;

/** How often it is looked whether a window is still of use. */
const LOOK_US = 500_000;

/** Measures one step after the other at a real system. */
export class StepRunner {
  private lastState: StepState = 'holds';

  constructor(
    private readonly objective: Objective,
    private readonly times: StepTimes,
    private readonly parts: StepParts,
  ) {}

  /**
   * Brings the load to the size of `step`, waits for calm, measures, and judges.
   *
   * @throws {SearchEnded} when a thread of the generator is gone, so that no step after this one would tell anything
   */
  async measure(step: Step): Promise<StepState> {
    if (this.parts.signal.aborted) return 'stopped';
    const errors = await this.reach(step);
    const measured = await this.window(step, errors);
    if (measured === null) return 'stopped';
    const record = this.recordOf(step, measured);
    this.lastState = record.state;
    this.parts.onRecord(record);
    if (measured.figures.lostThreads.length > 0) throw new SearchEnded('generator');
    return record.state;
  }

  /** Resolves with the errors on the way, which say why sessions are missing. */
  private async reach(step: Step): Promise<readonly ErrorTally[]> {
    const { clock, load, signal } = this.parts;
    const { settleUs } = this.times;
    this.parts.onDoing(step, clock.nowUs() + settleUs + this.lengthUs(step));
    // What an overload left behind is not to be seen in the next step.
    if (this.lastState !== 'holds' || load.progress().failed > 0) await untilStopped(load.resize(0), signal);
    await load.begin();
    await untilStopped(load.resize(step.size), signal);
    await untilCalm(() => load.progress(), clock, settleUs, signal);
    return (await load.end()).total.errors;
  }

  private async window(step: Step, errorsBefore: readonly ErrorTally[]): Promise<MeasuredStep | null> {
    const { clock, load, server, signal } = this.parts;
    if (signal.aborted) return null;
    const lengthUs = this.lengthUs(step);
    this.parts.onDoing(step, clock.nowUs() + lengthUs);
    await Promise.all([load.begin(), untilStopped(server?.begin(), signal)]);
    await this.pass(lengthUs);
    // A part of a window says nothing about a size.
    if (signal.aborted) return null;
    const [figures, samples] = await Promise.all([load.end(), server?.end()]);
    if (signal.aborted) return null;
    const total = { ...figures.total, errors: addedUp([...errorsBefore, ...figures.total.errors]) };
    return { sessions: step.size, figures: { ...figures, total }, server: samples ?? null };
  }

  /** Waits for the end of a window, or until it is of no use. */
  private async pass(lengthUs: number): Promise<void> {
    const { clock, load, signal } = this.parts;
    const endUs = clock.nowUs() + lengthUs;
    while (clock.nowUs() < endUs && !signal.aborted && load.progress().threadError === null) {
      await pause(clock, Math.min(LOOK_US, endUs - clock.nowUs()), signal);
    }
  }

  private lengthUs({ isLong }: Step): number {
    return isLong ? this.times.soakUs : this.times.stepUs;
  }

  private recordOf(step: Step, measured: MeasuredStep): StepRecord {
    const outcomes = judgeObjective(this.objective, measured);
    const validity = this.parts.judge(measured.figures, measured.server);
    return { step, state: stateOf(outcomes, validity, measured), outcomes, measured, validity };
  }
}

/** One tally for each code, in the order in which they came first. */
function addedUp(tallies: readonly ErrorTally[]): ErrorTally[] {
  const byCode = new Map<string, ErrorTally>();
  for (const { code, message, count } of tallies) {
    byCode.set(code, { code, message, count: count + (byCode.get(code)?.count ?? 0) });
  }
  return [...byCode.values()];
}

/**
 * A generator that was late makes figures worse and never better, as long as its sessions took what was sent: a step that
 * holds all the same holds. One that breaks may be broken by the generator, and that must not be said of the server.
 */
function stateOf(outcomes: readonly TermOutcome[], validity: Validity, { figures }: MeasuredStep): StepState {
  if (figures.lostThreads.length > 0) return 'generator';
  if (outcomes.some(({ state }) => state === 'broken')) {
    return validity.valid || isRefused(outcomes, figures) ? 'broken' : 'generator';
  }
  if (outcomes.some(({ state }) => state === 'unknown')) return 'unknown';
  return validity.valid || tookAll(figures) ? 'holds' : 'generator';
}

/** No generator is so slow that a server says it takes no more. */
function isRefused(outcomes: readonly TermOutcome[], { total }: CrowdFigures): boolean {
  const isIncomplete = outcomes.some(({ term, state }) => term.figure.name === 'failed' && state === 'broken');
  return isIncomplete && total.errors.some(({ code }) => isRefusal(code));
}

function tookAll({ total, sessions }: CrowdFigures): boolean {
  const { lost, skipped, received } = total.frames;
  const announced = sessions.reduce((sum, { nominalFps }) => sum + (nominalFps ?? 0), 0);
  return announced > 0 && total.fps.mean >= WHOLE_LOAD * announced && lost + skipped <= (1 - WHOLE_LOAD) * received;
}
