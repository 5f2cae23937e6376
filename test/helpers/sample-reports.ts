import type { RunReport, Subject } from '../../client/report/run-report-schema.js';
import type { GeneratorFigures, ServerSamples } from '../../client/report/run-trust-schema.js';
import { emptyRunReport } from './empty-run-report.js';
import { failedSubject, sampleSubject } from './sample-subject.js';

/** More sessions than that are alike. */
const DIFFERENT_SESSIONS = 20;

/** A load run of `sessions` sessions for `seconds`, in which some sessions broke. */
export function loadReport({ sessions = 12, seconds = 60 } = {}, parts: Partial<RunReport> = {}): RunReport {
  const made = Array.from({ length: Math.min(sessions, DIFFERENT_SESSIONS) }, (_, n) => loadSession(n, seconds));
  const each = Array.from({ length: sessions }, (_, n) => ({
    ...(made[n % made.length] as Subject),
    name: `load-${n}`,
  }));
  const asked = { asked: sessions, connected: sessions, failed: 0 };
  const total = sampleSubject(
    { name: 'all sessions', seconds, perSecond: 30 * sessions },
    { kind: 'total', sessions: asked, target: null },
  );
  const target = { ...total, name: 'sample', kind: 'target' as const, target: 'streamer://127.0.0.1:8000/sample' };
  return emptyRunReport({
    verdict: { level: 'done', sentence: `${sessions} sessions measured for ${seconds} s; p99 was 16 ms ± 0.4 ms.` },
    validity: goodValidity(),
    clocks: [
      { of: '127.0.0.1:8000', offsetUs: -1_234, errorUs: 120, driftPpm: 1.2, rttUs: { min: 90, p50: 140, p99: 700 } },
    ],
    total,
    subjects: [target, ...each],
    generator: sampleGenerator(seconds),
    server: sampleServer(seconds),
    findings: [
      { severity: 'note', sentence: 'Sessions got evenly many frames.', figures: ['fairness (Jain) 0.9991'] },
      {
        severity: 'warning',
        sentence: 'Some sessions lost their connection; look at the log of the server for the same time.',
        figures: ['load-5: reconnects 2', 'load-5: outage 4.5 s'],
      },
    ],
    details: {
      kind: 'load',
      sessionsAsked: sessions,
      rampMs: 2000,
      windowMs: seconds * 1000,
      workers: 2,
      fairness: { jain: 0.9991, leastFrames: 1_700, mostFrames: 1_800, bestP99Us: 9_000, worstP99Us: 21_000 },
    },
    ...parts,
  });
}

/** A run that measured mainly itself. */
export function invalidReport(): RunReport {
  const reason = 'The event loop of worker 1 was late by 180 ms at p99, which is more than a fifth of the latency.';
  const check = {
    ...{ name: 'event loop delay, p99', value: 180_000, limit: 4_000, unit: 'us', ok: false, why: reason },
    severity: 'invalid' as const,
  };
  const validity = { valid: false, reasons: [reason], checks: [check], trust: 'No figure of this run can be trusted.' };
  return loadReport({ sessions: 3, seconds: 20 }, { verdict: { level: 'invalid', sentence: reason }, validity });
}

/** A benchmark of devices that fails its objective; one has left, and one has no clock. */
export function benchReport(): RunReport {
  const devices = ['phone-1', 'laptop', 'kiosk north'].map((name, n) =>
    sampleSubject({ name, seed: n + 7, latencyUs: 9_000 * (n + 1) }, { kind: 'device', target: null }),
  );
  const left = failedSubject('tablet', { kind: 'device' });
  return emptyRunReport({
    kind: 'bench',
    verdict: { level: 'fail', sentence: 'phone-1 lost 40 frames; nothing was to be lost.' },
    validity: goodValidity(),
    total: sampleSubject({ name: 'all devices', perSecond: 90 }, { kind: 'total', target: null }),
    subjects: [...devices, left],
    details: {
      kind: 'bench',
      stream: 'sample',
      devicesAsked: 4,
      startTimeUs: 1_700_000_000_000_000,
      stopTimeUs: 1_700_000_060_000_000,
      devices: [...devices, left].map(({ name, clockErrorUs }) => ({
        subject: name,
        platform: 'browser',
        clockErrorUs,
        joinedAtMs: -500,
        leftAtMs: clockErrorUs === null ? 4_000 : null,
        included: clockErrorUs !== null,
        why: clockErrorUs === null ? 'It left after 4 s.' : null,
      })),
    },
  });
}

/** The same run of load as one of every other kind, where a page must cope with what is in every report. */
export function reportsOfEveryKind(): RunReport[] {
  const base = loadReport({ sessions: 4, seconds: 30 });
  const steps = base.subjects.slice(1).map((subject): Subject => ({ ...subject, kind: 'step' }));
  const cameras = base.subjects.slice(1).map((subject): Subject => ({ ...subject, kind: 'camera' }));
  return [
    base,
    benchReport(),
    {
      ...base,
      kind: 'cameras',
      subjects: [...cameras, failedSubject('cam-9', { kind: 'camera' })],
      details: {
        kind: 'cameras',
        ...{ listed: 9, selected: 7, opened: 5, left: [{ name: 'cam-7', why: 'It has no address.' }], leftCount: 1 },
        reconnect: true,
        machine: { cpuPercent: { mean: 40, max: 70 }, memoryPercent: null },
        residentBytesBefore: 120_000_000,
      },
    },
    {
      ...base,
      kind: 'capacity',
      subjects: steps,
      details: {
        kind: 'capacity',
        unit: 'sessions',
        objective: 'p99<100ms,lost=0',
        atLeast: null,
        steps: steps.map(({ name }, index) => ({
          ...{ subject: name, phase: 'ramp', round: 1, attempt: 1, size: 2 ** index, unknown: [], validity: true },
          ...(index < 3 ? { holds: true, broken: [] } : { holds: false, broken: ['p99 was 140 ms'] }),
        })),
        rounds: [{ holds: 4, breaks: 8 }],
        interval: { from: 4, to: 8 },
        end: 'single round',
        held: steps[2]?.name ?? null,
        broke: steps[3]?.name ?? null,
        firstBroken: 'p99 < 100 ms',
        bottleneck: 'The server: its process used 98 % of a core.',
        left: [],
      },
    },
    {
      ...base,
      kind: 'chaos',
      details: {
        kind: 'chaos',
        phaseMs: 10_000,
        ...{ maxHarm: 2, harmlessUs: 10_000 },
        attackers: [
          {
            ...{ kind: 'stalled', asked: 10, opened: 10, notConnected: 0, closedByServer: 9, stillOpen: 1 },
            ...{
              bytesSent: 12_000,
              bytesRead: 400_000,
              unread: { openMs: 9_000, bytesRead: 90_000, bytesLate: 30_000 },
            },
            ...{ codes: [{ code: 'IDLE_TIMEOUT', count: 9 }] },
          },
        ],
        harm: {
          ...{ p99Before: 9_000, p99During: 10_000, p99After: 9_000, p99Ratio: 1.11 },
          ...{ p99RatioRange: { low: 1.05, high: 1.2 }, fpsBefore: 120, fpsDuring: 119, fpsAfter: 120 },
          ...{ lostDuring: 0, lostAfter: 0, skippedBefore: 0, skippedDuring: 3, goodDisconnected: 0 },
          ...{ goodOutageMs: 0, goodBefore: 4, goodAtEnd: 4 },
          ...{ serverBytesBefore: 80e6, serverBytesMost: 91e6, serverBytesAfter: 82e6, serverCameBack: true },
        },
      },
    },
    {
      ...base,
      kind: 'compare',
      total: null,
      details: {
        kind: 'compare',
        runs: ['A.json', 'B.json'].map((name) => ({ name, files: [name], startedAt: base.provenance.startedAt })),
        unlike: [],
        rows: [
          {
            ...{ subject: 'all sessions', figure: 'p99', unit: 'us', a: 16_000, b: 18_400, change: 0.15 },
            ...{ interval: { low: 0.12, high: 0.18 }, verdict: 'worse', condition: 'p99>+10%', failed: true },
          },
        ],
      },
    },
  ];
}

function loadSession(n: number, seconds: number): Subject {
  const session = sampleSubject({ name: `load-${n}`, seed: n + 1, seconds, latencyUs: 6_000 + 400 * (n % 17) });
  if (n % 10 !== 5) return session;
  const outages = [
    { fromMs: 4_000, toMs: 6_500, code: 'CONNECTION_LOST' },
    { fromMs: 12_000, toMs: 14_000, code: 'CONNECT_TIMEOUT' },
  ];
  const errors = [{ code: 'CONNECTION_LOST', message: 'The connection broke.', count: 2 }];
  return { ...session, outages, outageMs: 4_500, reconnects: 2, errors };
}

function goodValidity(): RunReport['validity'] {
  const why = 'Latencies would hold the delay of this process.';
  const check = { name: 'event loop delay, p99', value: 900, limit: 4_000, unit: 'us', ok: true, why };
  const cpu = { name: 'CPU of the busiest thread', value: 41.5, limit: 90, unit: 'percent', ok: true, why };
  return {
    valid: true,
    reasons: [],
    checks: [check, cpu].map((each) => ({ ...each, severity: 'invalid' as const })),
    trust: 'Latencies may hold up to 0.9 ms of delay of this process, 6 % of the p99.',
  };
}

function sampleGenerator(seconds: number): GeneratorFigures {
  const late = { p50: 90, p99: 900, max: 12_000 };
  const threads = ['main', 'worker 1', 'worker 2'].map((name, n) => ({
    ...{ name, sessions: n === 0 ? 0 : 6, cpuPercent: 3 + 20 * n, waitedPercent: n },
    ...{ loopDelayUs: late, timerLatenessUs: late },
  }));
  return {
    threads,
    cpuPercent: 46,
    machineCpuPercent: 71,
    stolenCpuPercent: 0,
    throttledPercent: null,
    residentBytes: { mean: 91_000_000, max: 96_000_000 },
    socketBacklogBytes: { p50: 0, p99: 30_000, max: 61_000 },
    samples: Array.from({ length: seconds }, (_, second) => ({
      atMs: second * 1000,
      cpuPercent: 40 + (second % 7),
      machineCpuPercent: 68 + (second % 5),
      residentBytes: 88_000_000 + 20_000 * second,
      loopDelayP99Us: 700 + 40 * (second % 9),
    })),
  };
}

function sampleServer(seconds: number): ServerSamples {
  return {
    url: 'http://127.0.0.1:8080',
    version: '0.1.0',
    isSameMachine: true,
    samples: Array.from({ length: seconds }, (_, second) => ({
      atMs: second * 1000 + 130,
      cpuPercent: 55 + (second % 11),
      residentBytes: 120_000_000 + 9_000 * second,
      loopDelayP99Us: 400 + 30 * (second % 4),
      clients: 12,
    })),
    streams: [{ name: 'sample', published: 30 * seconds, droppedFrames: 0 }],
  };
}
