import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures, TrustCheck } from '../report/run-trust-schema.js';
import type { JudgedRun } from './judged-run.js';

/** Limits of the checks of the generator; docs/measuring.md says why they are what they are. */
export const GENERATOR_LIMITS = {
  /** Share of the latency p99 that the generator's own delay may be. */
  delayOfLatency: 0.25,
  /** And of the time between two frames, below which it is never too much. */
  delayOfPeriod: 0.2,
  threadCpuPercent: 85,
  waitedPercent: 10,
  machineCpuPercent: 95,
  stolenCpuPercent: 5,
  backlogFrames: 3,
  /** Kernels hand over in pieces of this size, so that less is no backlog. */
  backlogBytes: 65_536,
} as const;

/** Where nobody says how many frames a second come. */
const USUAL_PERIOD_US = 1_000_000 / 30;

/** What the process that makes the load says of itself, held against what is reported. */
export function generatorChecks(run: JudgedRun, generator: GeneratorFigures): TrustCheck[] {
  return [
    ...delayChecks(run.total, generator),
    ...threadChecks(generator),
    ...machineChecks(run, generator),
    ...backlogChecks(run.total, generator),
  ];
}

/**
 * How late the generator got to its work: at p99, in its worst thread, by the worse of two measures. What it is late by
 * is in every latency.
 */
export function ownDelayP99Us(generator: GeneratorFigures): number {
  const delays = measuringThreads(generator).flatMap(({ loopDelayUs, timerLatenessUs }) => [
    loopDelayUs.p99,
    timerLatenessUs.p99,
  ]);
  return Math.max(0, ...delays);
}

/** The main thread draws and waits; what it is late by is in no latency, unless it has sessions itself. */
function measuringThreads({ threads }: GeneratorFigures): GeneratorFigures['threads'] {
  const measuring = threads.filter(({ sessions }) => sessions > 0);
  return measuring.length > 0 ? measuring : threads;
}

function delayChecks(total: Subject | null, generator: GeneratorFigures): TrustCheck[] {
  const { delayOfLatency, delayOfPeriod } = GENERATOR_LIMITS;
  const p99Us = total?.latencyUs.p99 ?? null;
  const periodUs = periodOf(total);
  const delayUs = ownDelayP99Us(generator);
  const longestUs = Math.max(0, ...measuringThreads(generator).map(({ timerLatenessUs }) => timerLatenessUs.max));
  const checks = [
    atMost({
      name: 'Delay of the generator (p99)',
      value: delayUs,
      // Counts and rates bear a delay of a whole frame; a latency does not.
      limit: Math.round(p99Us === null ? periodUs : Math.max(delayOfPeriod * periodUs, delayOfLatency * p99Us)),
      unit: 'us',
      severity: 'invalid',
      why: 'the latencies and ages shown are then in part those of the process that measured them.',
    }),
    atMost({
      name: 'Longest delay of the generator',
      value: longestUs,
      limit: Math.round(Math.max(periodUs, (total?.latencyUs.max ?? 0) / 2)),
      unit: 'us',
      severity: 'doubt',
      why: 'the greatest latencies and ages may then come from one stop of the generator.',
    }),
  ];
  if (p99Us === null) return checks;
  return [
    ...checks,
    atMost({
      name: 'Delay of the generator against the latency (p99)',
      value: (delayUs / Math.max(1, p99Us)) * 100,
      limit: delayOfLatency * 100,
      unit: '%',
      severity: 'doubt',
      why: 'the latencies shown are so short that the generator is a part of them: they are upper bounds.',
    }),
  ];
}

function threadChecks(generator: GeneratorFigures): TrustCheck[] {
  const threads = measuringThreads(generator);
  const waited = threads.map(({ waitedPercent }) => waitedPercent).filter((percent) => percent !== null);
  const busiest: TrustCheck = atMost({
    name: 'CPU of the busiest thread',
    value: Math.max(0, ...threads.map(({ cpuPercent }) => cpuPercent)),
    limit: GENERATOR_LIMITS.threadCpuPercent,
    unit: '% of a core',
    severity: 'invalid',
    why: 'a thread near the whole of its core cannot read faster, so that it sets the figures; spread over more threads.',
  });
  if (waited.length === 0) return [busiest];
  return [
    busiest,
    atMost({
      name: 'Time without a core',
      value: Math.max(...waited),
      limit: GENERATOR_LIMITS.waitedPercent,
      unit: '% of the time',
      severity: 'doubt',
      why: 'threads of the generator were ready to read, and others had all the cores.',
    }),
  ];
}

function machineChecks(run: JudgedRun, generator: GeneratorFigures): TrustCheck[] {
  const { machineCpuPercent, stolenCpuPercent } = generator;
  const isSameMachine = run.server?.isSameMachine ?? run.isSameMachine ?? null;
  const checks: TrustCheck[] = [];
  if (machineCpuPercent !== null) {
    const isElsewhere = isSameMachine === false;
    checks.push(
      atMost({
        name: 'CPU of this machine',
        value: machineCpuPercent + (stolenCpuPercent ?? 0),
        limit: GENERATOR_LIMITS.machineCpuPercent,
        unit: `% of ${run.cores} cores`,
        severity: isElsewhere ? 'invalid' : 'doubt',
        why: isElsewhere
          ? 'the server is on another machine, and this one had nothing left to measure it with.'
          : 'generator and server compete for this machine: the server alone would be faster.',
      }),
    );
  }
  if (stolenCpuPercent !== null) {
    checks.push(
      atMost({
        name: 'CPU taken by the hypervisor',
        value: stolenCpuPercent,
        limit: GENERATOR_LIMITS.stolenCpuPercent,
        unit: `% of ${run.cores} cores`,
        severity: 'doubt',
        why: 'other virtual machines took time away, and another run may come out differently.',
      }),
    );
  }
  return checks;
}

function backlogChecks(total: Subject | null, { socketBacklogBytes }: GeneratorFigures): TrustCheck[] {
  if (socketBacklogBytes === null || total === null || total.frames.received === 0) return [];
  const frameBytes = total.bytes / total.frames.received;
  const limit = Math.max(GENERATOR_LIMITS.backlogBytes, Math.round(GENERATOR_LIMITS.backlogFrames * frameBytes));
  const why = 'frames lay in the kernel, on time, and we did not read them.';
  const check = (name: string, bytes: number, severity: TrustCheck['severity']) =>
    atMost({ name, value: bytes, limit, unit: 'bytes', severity, why });
  return [
    check('Backlog of the slowest session (p50)', socketBacklogBytes.p50, 'invalid'),
    check('Backlog of the slowest session (p99)', socketBacklogBytes.p99, 'doubt'),
  ];
}

/** Microseconds between two frames of a session, as announced or as measured. */
function periodOf(total: Subject | null): number {
  if (total === null) return USUAL_PERIOD_US;
  const measured = total.fps.mean / Math.max(1, total.sessions.connected);
  const fps = total.nominalFps ?? measured;
  return fps > 0 ? 1_000_000 / fps : USUAL_PERIOD_US;
}

function atMost(check: Omit<TrustCheck, 'ok'>): TrustCheck {
  return { ...check, ok: check.value <= check.limit };
}
