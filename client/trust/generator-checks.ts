import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures, TrustCheck } from '../report/run-trust-schema.js';
import { delayChecks, measuringThreads } from './delay-checks.js';
import type { JudgedRun } from './judged-run.js';
import { atMost } from './limit-check.js';

/** Limits of the checks of the generator; docs/measuring.md says why they are what they are. */
export const GENERATOR_LIMITS = {
  threadCpuPercent: 85,
  waitedPercent: 10,
  machineCpuPercent: 95,
  stolenCpuPercent: 5,
  throttledPercent: 0.1,
  backlogFrames: 3,
  /** Kernels hand over in pieces of this size, so that less is no backlog. */
  backlogBytes: 65_536,
} as const;

/** What the process that makes the load says of itself, held against what is reported. */
export function generatorChecks(run: JudgedRun, generator: GeneratorFigures): TrustCheck[] {
  return [
    ...delayChecks(run.total, generator),
    ...threadChecks(generator),
    ...machineChecks(run, generator),
    ...backlogChecks(run.total, generator),
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
  return [...checks, ...throttlingChecks(generator)];
}

function throttlingChecks({ throttledPercent }: GeneratorFigures): TrustCheck[] {
  if (throttledPercent === null) return [];
  const why = 'the CPU limit of its container stops the generator in the middle of its work; give it more CPU.';
  const limit = GENERATOR_LIMITS.throttledPercent;
  return [
    atMost({
      ...{ name: 'Held back by the CPU limit of the container', value: throttledPercent, limit },
      ...{ unit: '% of the time', severity: 'doubt', why },
    }),
  ];
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
