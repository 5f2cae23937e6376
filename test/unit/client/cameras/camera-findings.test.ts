import { describe, expect, it } from 'vitest';
import { cameraFindings } from '../../../../client/cameras/camera-findings.js';
import type { MeasuredCameras } from '../../../../client/cameras/measured-cameras.js';
import type { Finding, Subject } from '../../../../client/report/run-report-schema.js';
import { generatorOf } from '../../../helpers/trust-samples.js';
import { failedSubject, sampleSubject } from '../../../helpers/sample-subject.js';

/** A camera that delivered without trouble. */
function good(name: string, parts: Partial<Subject> = {}): Subject {
  const frames = Array<number>(60).fill(25);
  const subject = sampleSubject({ name });
  return {
    ...subject,
    ...{ kind: 'camera', nominalFps: null, canTellLost: false },
    frames: { received: 1500, lost: 0, skipped: 0, corrupt: 0 },
    fps: { mean: 25, min: 25, max: 25 },
    timeline: { ...subject.timeline!, frames },
    ...parts,
  };
}

function broken(name: string, reconnects: number, outageMs: number): Subject {
  const outages = Array.from({ length: reconnects }, (_, i) => {
    return { fromMs: i * 1000, toMs: i * 1000 + 100, code: 'SOURCE_FAILED' };
  });
  return good(name, { reconnects, outageMs, outages });
}

function failed(name: string, code: string, count = 3): Subject {
  return failedSubject(name, { kind: 'camera', outages: [], outageMs: 0, errors: [{ code, message: 'Why.', count }] });
}

function findings(cameras: readonly Subject[], parts: Partial<MeasuredCameras> = {}): Finding[] {
  const opened = cameras.length;
  return cameraFindings({
    cameras,
    ...{ openMs: cameras.map(() => 60_000), rampMs: 0, notReached: 0 },
    total: good('total', { kind: 'total', throughputMbps: 80 }),
    generator: { ...generatorOf({}), cpuPercent: 20, machineCpuPercent: 30, residentBytes: { mean: 2e8, max: 3e8 } },
    details: {
      kind: 'cameras',
      ...{ listed: opened, selected: opened, opened, left: [], leftCount: 0, reconnect: true },
      machine: { cpuPercent: null, memoryPercent: { mean: 40, max: 50 } },
      residentBytesBefore: 1e8,
    },
    cores: 2,
    memoryBytes: 8e9,
    ...parts,
  });
}

/** The findings about cameras only, as words. */
function said(cameras: readonly Subject[]): string[] {
  return findings(cameras)
    .map(({ severity, sentence, figures }) => `${severity}: ${sentence} [${figures.join('; ')}]`)
    .filter((text) => !/^note: (The cameras sent|Reading one|One camera)/.test(text));
}

describe('cameraFindings', () => {
  it('does not send anybody to look at the path where the camera has a problem', () => {
    const answering = (name: string, message: string) =>
      failedSubject(name, {
        ...{ kind: 'camera' as const, outages: [], outageMs: 0 },
        errors: [{ code: 'SOURCE_BAD_ANSWER', message, count: 1 }],
      });
    const sentences = said([
      answering('a', 'http://a/x: it answers 500 Internal Server Error; the server has a problem.'),
      answering('b', 'rtsp://b/x: it answers DESCRIBE with 503 Service Unavailable; see its log.'),
      answering('c', 'http://c/x: it answers 404 Not Found; check the path.'),
    ]);
    expect(sentences.filter((text) => text.includes('never delivered'))).toEqual([
      expect.stringMatching(/^problem: 2 cameras .*has a problem of its own/) as unknown,
      expect.stringMatching(/^problem: 1 camera .*check the path/) as unknown,
    ]);
  });

  it('says when all is well, with figures', () => {
    expect(said([good('a'), good('b')])).toEqual([
      'good: All 2 cameras delivered, and none is in trouble. [frames 1,500, corrupt 0, reconnects 0]',
    ]);
    expect(said([good('a')])[0]).toMatch(/^good: The camera delivered, and is in no trouble\. /);
  });

  it('groups cameras that never delivered by their error', () => {
    const mute = failedSubject('d', { kind: 'camera', errors: [], outages: [] });
    const cameras = [
      good('x'),
      failed('a', 'SOURCE_DENIED'),
      failed('b', 'SOURCE_DENIED', 1),
      failed('c', 'ODD'),
      mute,
    ];
    expect(said(cameras)).toEqual([
      'problem: 2 cameras never delivered a frame (SOURCE_DENIED): put the right user and password into the address, or give --camera-header. [a: frames 0, SOURCE_DENIED 3 times: Why.; b: frames 0, SOURCE_DENIED 1 time: Why.]',
      'problem: 1 camera never delivered a frame (ODD): the last error says more. [c: frames 0, ODD 3 times: Why.]',
      'problem: 1 camera never delivered a frame and had no error: no answer came in time, or nothing behind it. [d: frames 0, errors 0]',
    ]);
  });

  it('tells those that break now and then from those that are of no use', () => {
    const cameras = [good('x'), broken('once', 1, 300), broken('often', 4, 800), broken('bad', 9, 20_000)];
    const [bad, often, once] = said(cameras);
    expect(bad).toBe(
      'problem: bad had no connection for more than 10 % of the time; look at the power, the network and the log of the camera. [bad: reconnects 9 in 1m 00s (540 an hour), 33.3 % of the time without a connection]',
    );
    expect(often).toMatch(/^warning: often broke again and again; .*reconnects 4 in 1m 00s \(240 an hour\), 1\.3 %/);
    expect(once).toMatch(/^note: once broke once and came back or ended\. /);
  });

  it('finds those that send too few frames: of what they announce, or of what the others send', () => {
    const few = (name: string, received: number, nominalFps: number | null = null) =>
      good(name, {
        ...{ nominalFps, frames: { received, lost: 0, skipped: 0, corrupt: 0 } },
        fps: { mean: received / 60, min: 0, max: 25 },
      });
    const cameras = [good('a'), good('b'), good('c'), good('d'), few('slow', 600), few('short', 1200, 25)];
    const text = said(cameras).join('\n');
    expect(text).toMatch(
      /^warning: short sent fewer frames than announced; .*\[short: 20\.0 fps of 25\.0 fps announced\]$/m,
    );
    expect(text).toMatch(/^note: slow sent less than half as many .*\[slow: 10\.0 fps, median 25\.0 fps\]$/m);
    expect(said([good('a'), few('slow', 100)]).join()).not.toContain('slow');
  });

  it('does not accuse a camera that was opened late, by its ramp or its own first frame', () => {
    const timeline = good('x').timeline!;
    const late = (name: string, second: number, parts: Partial<Subject> = {}): Subject =>
      good(name, {
        nominalFps: 25,
        frames: { received: 25 * (60 - second), lost: 0, skipped: 0, corrupt: 0 },
        timeline: { ...timeline, frames: timeline.frames.map((_, at) => (at < second ? 0 : 25)) },
        ...parts,
      });
    const text = said([good('a'), late('b', 20), late('c', 50), late('d', 55), good('e')]).join('\n');
    expect(text).toMatch(/^good: All 5 cameras delivered/);
    const half = { received: 250, lost: 0, skipped: 0, corrupt: 0 };
    const slow = late('slow', 40, { frames: half, fps: { mean: 12.5, min: 12, max: 13 } });
    expect(said([slow]).join()).toContain('[slow: 12.5 fps of 25.0 fps announced]');
  });

  it('judges a rate by the time with a connection, and not by a frame or two', () => {
    const one = (second: number) =>
      good('one', {
        ...{ nominalFps: 25, frames: { received: 1, lost: 0, skipped: 0, corrupt: 0 } },
        fps: { mean: 0, min: 0, max: 0 },
        timeline: { ...good('x').timeline!, frames: Array.from({ length: 60 }, (_, at) => (at === second ? 1 : 0)) },
      });
    expect(said([one(59)]).join()).not.toContain('announced');
    expect(said([one(10)]).join()).toContain('one sent fewer frames than announced');
    // Away for 20 of 60 s, and then given up: what came before that was whole.
    const outages = [
      { fromMs: 5000, toMs: 15_000, code: 'SOURCE_FAILED' },
      { fromMs: 50_000, toMs: null, code: 'SOURCE_FAILED' },
    ];
    const away = good('away', {
      ...{ nominalFps: 25, state: 'failed', frames: { received: 1001, lost: 0, skipped: 0, corrupt: 0 } },
      ...{ fps: { mean: 20, min: 0, max: 25 }, outages, outageMs: 20_000, reconnects: 1 },
    });
    expect(said([away]).join()).not.toContain('announced');
  });

  it('says which cameras were not tried, or not for long enough, when the run ended', () => {
    const mute = (name: string) => failedSubject(name, { state: 'connecting', errors: [], outages: [], outageMs: 0 });
    const early = { openMs: [60_000, 3900, 560], rampMs: 20_000, notReached: 4 };
    const details = {
      ...{ kind: 'cameras' as const, listed: 7, selected: 7, opened: 3, left: [], leftCount: 0, reconnect: true },
      ...{ machine: { cpuPercent: null, memoryPercent: null }, residentBytesBefore: 1 },
    };
    const cameras = [good('a'), mute('b'), mute('c')];
    const words = findings(cameras, { ...early, details }).map(({ severity, sentence, figures }) => [
      `${severity}: ${sentence}`,
      ...figures,
    ]);
    expect(words.slice(0, 2)).toEqual([
      [
        'warning: 2 cameras had neither a frame nor an error yet when the run ended; measure longer.',
        'b: frames 0, errors 0, opened 3.90 s before',
        'c: frames 0, errors 0, opened 560 ms before',
      ],
      [
        'note: 4 cameras were not tried yet: the ramp had not reached them when the run ended.',
        'opened 3 of 7, --ramp 20s, measured for 1m 00s',
      ],
    ]);
    expect(words.join()).not.toContain('never delivered');
    expect(words.join()).not.toContain('--max-streams');
  });

  it('tells the costs of cameras by the time in which all of them were open', () => {
    const sample = (atMs: number, cpuPercent: number) => {
      return { atMs, cpuPercent, machineCpuPercent: cpuPercent, residentBytes: 1e8, loopDelayP99Us: 100 };
    };
    const cpu = (samples: ReturnType<typeof sample>[]) =>
      findings([good('a'), good('b')], { rampMs: 2000, generator: { ...generatorOf({}), samples } })
        .map(({ sentence }) => sentence)
        .find((sentence) => sentence.startsWith('Reading one camera'));
    expect(cpu([sample(1000, 2), sample(2000, 5), sample(3000, 20), sample(4000, 40)])).toMatch(/ at most 15\.00 % /);
    expect(cpu([sample(1000, 2)])).toBeUndefined();
  });

  it('finds stalls, swings, broken frames, losses and slow starts', () => {
    const timeline = good('x').timeline!;
    const with_ = (frames: number[]) => ({ timeline: { ...timeline, frames } });
    const stalled = good('stalled', with_([...Array<number>(50).fill(25), 0, 0, 0, ...Array<number>(7).fill(25)]));
    const swinging = good('swinging', with_(Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 45 : 5))));
    const corrupt = good('corrupt', { frames: { received: 100, lost: 0, skipped: 0, corrupt: 7 } });
    const lossy = good('lossy', { canTellLost: true, frames: { received: 1500, lost: 9, skipped: 0, corrupt: 0 } });
    const late = good('late', { firstFrameUs: { ...good('x').firstFrameUs, p50: 4_200_000 } });
    const text = said([stalled, swinging, corrupt, lossy, late]).join('\n');
    expect(text).toContain('[stalled: no frame for 3s]');
    expect(text).toMatch(
      /The frame rate of swinging is not steady; .*\[swinging: 25\.0 fps ± 81 % \(standard deviation\)\]/,
    );
    expect(text).toContain('[corrupt: corrupt 7 of 100 frames]');
    expect(text).toContain('[lossy: lost 9, received 1,500]');
    expect(text).toContain('[late: first frame after 4.20 s (median of 1)]');
    expect(text).not.toContain('none is in trouble');
  });

  it('does not send anybody to look at the network for what TCP cannot have lost', () => {
    const frames = { received: 1500, lost: 9, skipped: 0, corrupt: 0 };
    const [text = ''] = said([good('lossy', { target: 'http://host/a.mjpg', canTellLost: true, frames })]);
    expect(text).toMatch(/Of lossy frames were not sent or lost; .*\[lossy: not sent or lost 9, received 1,500\]$/);
    expect(text).not.toContain('look at the network');
  });

  it('does not take a slow camera for one that stalls', () => {
    const frames = Array.from({ length: 60 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const slow = good('slow', {
      frames: { received: 15, lost: 0, skipped: 0, corrupt: 0 },
      fps: { mean: 0.25, min: 0, max: 1 },
      timeline: { ...good('x').timeline!, frames },
    });
    expect(said([slow]).join()).not.toContain('sent nothing for seconds');
  });

  it('says what the cameras need of lines, CPU and memory, and what more would', () => {
    const [bandwidth, cpu, memory] = findings([good('a'), good('b')]).slice(-3);
    expect(bandwidth).toEqual({
      severity: 'note',
      sentence: 'The cameras sent 80.0 Mbit/s in the mean, which is 80 % of 100 Mbit/s and 8.0 % of 1 Gbit/s.',
      figures: ['total: 80.0 Mbit/s', 'a camera in the mean: 40.0 Mbit/s'],
    });
    // 20 % of a core for two; 50 % of two cores are left below the limit of 80 %.
    expect(cpu?.sentence).toContain(
      'costs at most 10.00 % of a core here, with its share of what the process itself takes; in a straight line at least 10 more would fit',
    );
    expect(cpu?.sentence).toContain('extrapolated and not measured');
    // 200 MB for two; 30 % of 8 GB are left.
    expect(memory?.sentence).toContain('takes at most 100 MB of memory here; in a straight line at least 24 more');
  });

  it('says when the machine or the line is full', () => {
    const total = good('total', { throughputMbps: 900 });
    const generator = { ...generatorOf({}), machineCpuPercent: 95 };
    const [bandwidth, cpu] = findings([good('a')], { total, generator }).slice(-3);
    expect([bandwidth?.severity, cpu?.severity]).toEqual(['warning', 'warning']);
    expect(cpu?.sentence).toBe('This machine is busier than 80 %: more cameras need another one.');
  });

  it('names what was left out of the list, twenty at most', () => {
    const left = Array.from({ length: 30 }, (_, i) => ({ name: `cam-${i}`, why: 'why' }));
    const base = findings([good('a')]).length;
    const details = { kind: 'cameras' as const, listed: 100, selected: 90, opened: 1, left, leftCount: 30 };
    const more = findings([good('a')], {
      details: {
        ...details,
        ...{
          reconnect: true,
          machine: { cpuPercent: null, memoryPercent: { mean: 1, max: 1 } },
          residentBytesBefore: 1,
        },
      },
    });
    expect(more).toHaveLength(base + 2);
    const [cannot, rest] = more.filter(({ sentence }) => sentence.includes('of the list'));
    expect(cannot?.figures.slice(19)).toEqual(['cam-19: why', 'and 10 more']);
    expect(rest).toMatchObject({
      sentence: '59 cameras of the list were not opened; raise --max-streams to have them in.',
      figures: ['listed 100, selected 90, opened 1'],
    });
  });

  it('says no more of a hundred cameras than one can read', () => {
    const [first] = said(Array.from({ length: 100 }, (_, i) => failed(`cam-${i}`, 'SOURCE_TIMEOUT')));
    expect(first).toMatch(/^problem: 100 cameras .*and 80 more\]$/);
  });

  it('never advises without a figure', () => {
    const cameras = [failed('a', 'X'), broken('b', 9, 30_000), good('c')];
    for (const { figures } of findings(cameras)) expect(figures.join()).toMatch(/\d/);
  });
});
