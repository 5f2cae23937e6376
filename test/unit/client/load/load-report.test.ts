import { describe, expect, it } from 'vitest';
import type { CrowdFigures } from '../../../../client/load/crowd.js';
import { fairnessIndex, fairnessOf } from '../../../../client/load/fairness.js';
import { resolveLoadConfig } from '../../../../client/load/load-config.js';
import { loadReport } from '../../../../client/load/load-report.js';
import { runReportSchema } from '../../../../client/report/run-report-schema.js';
import type { RunReport, Subject } from '../../../../client/report/run-report-schema.js';
import type { ServerSamples } from '../../../../client/report/run-trust-schema.js';
import { StreamerError } from '../../../../shared/errors.js';
import { loadReport as sampleReport } from '../../../helpers/sample-reports.js';
import { failedSubject, sampleSubject } from '../../../helpers/sample-subject.js';

const { provenance, generator } = sampleReport();
const NOTHING_MISSING = { received: 1800, lost: 0, skipped: 0, corrupt: 0 };

describe('loadReport', () => {
  it('says that all is well only where it is', () => {
    const report = reportOf({});
    expect(report).toMatchObject({
      kind: 'load',
      verdict: { level: 'done' },
      subjects: [{ kind: 'target' }, { kind: 'session' }, { kind: 'session' }],
      findings: [{ severity: 'good', sentence: 'All 2 sessions stayed connected and got every frame.' }],
      details: { kind: 'load', sessionsAsked: 2, workers: 1, windowMs: 60_000 },
    });
    expect(report.verdict.sentence).toMatch(/^2 sessions got 1,800 frames, .* 0 lost and 0 skipped; latency p99 .* ± /);
  });

  it.each<[string, Partial<Subject>, string, string]>([
    ['lost frames', { frames: { ...NOTHING_MISSING, lost: 200 } }, 'problem', '200 frames (10 %) never came'],
    [
      'skipped frames',
      { frames: { ...NOTHING_MISSING, skipped: 200 } },
      'warning',
      'The server left out 200 frames (10 %)',
    ],
    ['broken frames', { frames: { ...NOTHING_MISSING, corrupt: 1 } }, 'problem', '1 frame came broken'],
    ['outages', { reconnects: 3, outageMs: 4500 }, 'warning', 'had to connect again 3 times'],
    ['sessions without a connection', { sessions: { asked: 2, connected: 1, failed: 1 } }, 'problem', '1 session of 2'],
    ['stale pictures', { ageUs: { ...sampleSubject({ name: 'x' }).latencyUs, p99: 900_000 } }, 'warning', 'much older'],
  ])('finds %s, with the figures that show it', (_, total, severity, sentence) => {
    const { findings } = reportOf({ total });
    const finding = findings.find((each) => each.sentence.includes(sentence));
    expect(finding?.severity).toBe(severity);
    expect(findings.some((each) => each.severity === 'good')).toBe(false);
  });

  it('names the sessions that fared worst', () => {
    const sessions = Array.from({ length: 12 }, (_, n) =>
      session(`load-${n + 1}`, { frames: { ...NOTHING_MISSING, lost: n } }),
    );
    const { findings } = reportOf({ sessions, total: { frames: { ...NOTHING_MISSING, lost: 66 } } });
    expect(findings[0]?.figures).toEqual([
      ...[12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((n) => `load-${n}: lost ${n - 1}`),
      'and 1 more sessions',
    ]);
  });

  it('says of what is missing over HTTP that it may not have been sent', () => {
    const frames = { ...NOTHING_MISSING, lost: 200 };
    const said = (target: string) => reportOf({ sessions: [session('load-1', { target, frames })], total: { frames } });
    expect(said('http://host/a.mjpg').findings[0]?.sentence).toContain('not sent or lost');
    expect(said('streamer://host').findings[0]?.sentence).not.toContain('not sent');
  });

  it('says where the server was at its limit', () => {
    const sample = { residentBytes: 1e8, loopDelayP99Us: 40_000, clients: 2 };
    const samples = [0, 40_000].map((atMs) => ({ ...sample, atMs, cpuPercent: 97, residentBytes: 1e8 + 1e4 * atMs }));
    const server = { url: 'http://host', version: null, isSameMachine: true, samples, streams: [] };
    const sentences = reportOf({ server }).findings.map((finding) => finding.sentence);
    expect(sentences).toEqual([
      expect.stringContaining('nearly a whole core'),
      expect.stringContaining('The memory of the server grew'),
    ]);
  });

  it('tells outages in the verdict', () => {
    const { verdict } = reportOf({ total: { outageMs: 34_000, reconnects: 2 } });
    expect(verdict.sentence).toContain('; 34s without a connection, all together, and 2 reconnects; latency p99');
  });

  it('holds a rate against what is announced for it, and never against that of another stream', () => {
    const fps = { mean: 20, min: 20, max: 20 };
    const sessions = [
      session('load-1', { target: 'streamer://host/a', nominalFps: 30 }),
      session('load-2', { target: 'streamer://host/b', nominalFps: 30, fps }),
      session('load-3', { target: 'http://host:8080/slow', nominalFps: null, fps }),
    ];
    const slow = reportOf({ sessions }).findings.find(({ sentence }) => sentence.includes('less than 95 %'));
    expect(slow?.figures).toEqual(['load-2: 20.0 fps of 30.0 fps']);
  });

  it('counts who got frames, and says when the stream ended', () => {
    const ended = session('load-1', { state: 'ended', frames: { ...NOTHING_MISSING, received: 90 } });
    const total = { state: 'ended', durationMs: 6000, sessions: { asked: 2, connected: 0, failed: 0 } } as const;
    expect(reportOf({ sessions: [ended, ended], total }).verdict.sentence).toMatch(
      /^The stream ended after 6s of 5m 00s: 2 sessions got /,
    );
    const failed = failedSubject('load-2');
    const { verdict } = reportOf({ sessions: [ended, failed], total: { ...total, state: 'failed' } });
    expect(verdict.sentence).toMatch(/^The last session failed after 6s of 5m 00s: 1 of 2 sessions got /);
    expect(reportOf({ sessions: [ended, session('load-2')] }).findings).toContainEqual({
      ...{ severity: 'note', sentence: '1 session came to the end of the stream while others went on.' },
      figures: ['load-1'],
    });
  });

  it('tells what is known to be lost where not all sessions can tell', () => {
    const total = { canTellLost: false, frames: { ...NOTHING_MISSING, lost: 20 } };
    expect(reportOf({ total }).verdict.sentence).toContain(', at least 20 lost and 0 skipped;');
    expect(reportOf({ total: { canTellLost: false } }).verdict.sentence).not.toContain('lost');
  });

  it('blames no path and no session where the server dropped the same frames for all', () => {
    const frames = { ...NOTHING_MISSING, skipped: 200 };
    const sessions = ['load-1', 'load-2'].map((name) => session(name, { frames }));
    const said = (droppedFrames: number) => {
      const streams = [{ name: 'a', published: 1800, droppedFrames }];
      const server = { url: 'http://host', version: null, isSameMachine: true, samples: [], streams };
      const { findings } = reportOf({ server, sessions, total: { frames: { ...frames, skipped: 400 } } });
      return findings.find(({ sentence }) => sentence.includes('left out 400 frames'));
    };
    expect(said(205)?.sentence).toContain('fewer sessions would not');
    expect(said(205)?.figures).toEqual(['skipped by each 200', 'dropped by the server 205']);
    expect(said(20)?.sentence).toContain('Fewer sessions');
  });

  it('begins with when it ended where the user ended it', () => {
    const { verdict } = reportOf({ total: { durationMs: 4000 }, interrupted: true });
    expect(verdict.sentence).toMatch(/^Ended after 4s of 5m 00s: 2 sessions got /);
  });

  it('fails where nothing came, unless somebody ended it before', () => {
    const total = { frames: { received: 0, lost: 0, skipped: 0, corrupt: 0 } };
    expect(reportOf({ total }).verdict.level).toBe('fail');
    const early = reportOf({ total: { ...total, durationMs: 4000 }, interrupted: true });
    expect(early.verdict).toEqual({ level: 'done', sentence: 'Ended after 4s, before the first frame came.' });
  });

  it('blames nobody for sessions that had no time to connect', () => {
    const sessions = [session('load-1'), failedSubject('load-2', { state: 'connecting', errors: [] })];
    const total = { sessions: { asked: 2, connected: 1, failed: 0 } };
    const { findings } = reportOf({ total, sessions, interrupted: true });
    expect(findings).toEqual([
      { severity: 'note', sentence: '1 session of 2 had no connection yet when the run was ended.', figures: [] },
    ]);
    expect(reportOf({ total, sessions }).findings).toMatchObject([{ severity: 'problem' }]);
    const refused = failedSubject('load-2', { state: 'connecting' });
    const after = reportOf({ total, sessions: [session('load-1'), refused], interrupted: true });
    expect(after.findings).toMatchObject([{ severity: 'problem' }]);
  });

  it('is invalid with the reason where the generator was late', () => {
    const late = { p50: 50_000, p99: 400_000, max: 500_000 };
    const threads = generator?.threads.map((thread) => ({ ...thread, timerLatenessUs: late })) ?? [];
    const { verdict, validity } = reportOf({ threads });
    expect(verdict.level).toBe('invalid');
    expect(verdict.sentence).toContain(validity.reasons[0]);
  });
});

describe('sessions that failed', () => {
  it('are told where the others came to the end of their file', () => {
    const total = { state: 'ended' as const, sessions: { asked: 3, connected: 0, failed: 2 } };
    const ended = session('load-1', { state: 'ended' });
    const sessions = [ended, failedSubject('load-2')];
    const [finding, ...others] = reportOf({ total, sessions }).findings;
    expect(finding).toMatchObject({ severity: 'problem' });
    expect(finding?.sentence).toContain('1 session of 2 had no connection at the end');
    expect(others.map(({ severity }) => severity)).not.toContain('good');
  });

  it('are none where all came to the end of their file', () => {
    const total = { state: 'ended' as const, sessions: { asked: 2, connected: 0, failed: 0 } };
    const sessions = ['load-1', 'load-2'].map((name) => session(name, { state: 'ended' }));
    expect(reportOf({ total, sessions }).findings.map(({ severity }) => severity)).toEqual(['good']);
  });

  it('make figures invalid where their thread is gone', () => {
    const { verdict, validity } = reportOf({ lostThreads: [new StreamerError('INTERNAL', 'It broke.')] });
    expect(verdict.level).toBe('invalid');
    expect(validity.reasons).toEqual([expect.stringContaining('It broke.')]);
  });
});

describe('fairnessOf', () => {
  it('is 1 for sessions that got as much, and 1/n where one got everything', () => {
    const frames = (received: number) => session('a', { frames: { ...NOTHING_MISSING, received } });
    expect(fairnessOf([frames(100), frames(100)])?.jain).toBe(1);
    expect(fairnessOf([frames(100), frames(0), frames(0), frames(0)])).toMatchObject({
      ...{ jain: 0.25, leastFrames: 0, mostFrames: 100 },
    });
    expect(fairnessOf([frames(0), frames(0)])?.jain).toBeNull();
  });

  it('compares what each was announced, and only sessions that were connected all the time', () => {
    const slow = session('slow', { nominalFps: 10, frames: { ...NOTHING_MISSING, received: 100 } });
    const fast = session('fast', { nominalFps: 30, frames: { ...NOTHING_MISSING, received: 300 } });
    const broken = session('broken', { reconnects: 1, frames: { ...NOTHING_MISSING, received: 5 } });
    expect(fairnessOf([slow, fast, broken, failedSubject('gone')])).toMatchObject({ jain: 1, leastFrames: 100 });
    expect(fairnessOf([slow, broken])).toBeNull();
  });

  it('compares those that nobody announces a rate to only within their target', () => {
    const got = (received: number, target: string, nominalFps: number | null) =>
      session('a', { target, nominalFps, frames: { ...NOTHING_MISSING, received } });
    const mixed = [got(300, 'streamer://h/a', 30), got(100, 'streamer://h/b', 10), got(20, 'http://h/c', null)];
    expect(fairnessIndex([...mixed, got(20, 'http://h/c', null)])).toBeCloseTo(1, 12);
    expect(fairnessIndex([...mixed, got(0, 'http://h/c', null)])).toBeCloseTo(16 / (4 * 6), 12);
  });

  it('names who got less than others, and holds latencies of one target against each other', () => {
    const late = (p99: number) => ({ latencyUs: { ...sampleSubject({ name: 'x' }).latencyUs, p99 } });
    const unlike = ['streamer://a', 'streamer://b'].map((target, n) =>
      session(`load-${n}`, { target, ...late(5e3 + n * 1e6) }),
    );
    expect(reportOf({ sessions: unlike }).findings.map(({ severity }) => severity)).toEqual(['good']);
    const [first, second] = unlike;
    const alike = [
      first,
      second && { ...second, target: 'streamer://a', frames: { ...NOTHING_MISSING, received: 600 } },
    ];
    const { findings } = reportOf({ sessions: alike.flatMap((each) => each ?? []) });
    expect(findings).toMatchObject([
      { figures: [expect.stringContaining('Jain'), 'load-1: 600 frames, 50 % of the mean', expect.any(String)] },
      { sentence: expect.stringContaining('at streamer://a') as unknown },
    ]);
  });
});

describe('resolveLoadConfig', () => {
  it('has defaults, and takes the token from the environment', () => {
    const config = resolveLoadConfig({ target: ['streamer://host'] }, { STREAMER_TOKEN: 'abc' });
    expect(config).toMatchObject({
      ...{ clients: 10, rampMs: 0, durationMs: 300_000, spread: null, name: 'load', reconnect: true, token: 'abc' },
      ...{ serverApi: null, output: { reportFiles: [], json: false, plain: false, logFile: null } },
    });
  });

  it.each([
    [{ clients: '0' }, '--clients must be'],
    [{ clients: '2.5' }, '--clients must be'],
    [{ ramp: '-1' }, '--ramp must be a number of seconds from 0'],
    [{ duration: '0' }, '--duration must be'],
    [{ spread: '65' }, '--spread must be'],
    [{ report: ['a.txt'] }, '--report must be'],
    [{ serverApi: 'host' }, '--server-api must be'],
  ])('refuses %j', (flags, sentence) => {
    expect(() => resolveLoadConfig({ target: ['streamer://host'], ...flags }, {})).toThrow(sentence);
  });

  it('needs a target', () => {
    expect(() => resolveLoadConfig({ target: [] }, {})).toThrow('Give at least one target');
  });
});

interface Parts {
  readonly total?: Partial<Subject>;
  readonly sessions?: readonly Subject[];
  readonly server?: ServerSamples | null;
  readonly interrupted?: boolean;
  readonly threads?: CrowdFigures['generator']['threads'];
  readonly lostThreads?: CrowdFigures['lostThreads'];
}

function reportOf({
  total,
  sessions,
  server = null,
  interrupted = false,
  threads,
  lostThreads = [],
}: Parts): RunReport {
  if (!generator) throw new Error('the sample has a generator');
  const whole = { sessions: { asked: 2, connected: 2, failed: 0 }, frames: NOTHING_MISSING };
  const all = sampleSubject({ name: 'total' }, { kind: 'total', ...whole, ...total });
  const figures: CrowdFigures = {
    windowMs: 60_000,
    total: all,
    targets: [{ ...all, name: 'streamer', kind: 'target' }],
    sessions: sessions ?? [session('load-1'), session('load-2')],
    clocks: [],
    generator: { ...generator, threads: threads ?? generator.threads },
    lostThreads,
  };
  const config = resolveLoadConfig({ target: ['streamer://host'], clients: '2' }, {});
  const measured = { config, workers: 1, figures, server, isSameMachine: false };
  return runReportSchema.parse(loadReport({ ...measured, provenance: { ...provenance, interrupted } }));
}

function session(name: string, parts: Partial<Subject> = {}): Subject {
  return sampleSubject({ name }, { frames: NOTHING_MISSING, fps: { mean: 30, min: 30, max: 30 }, ...parts });
}
