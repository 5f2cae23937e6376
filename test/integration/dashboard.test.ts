import { afterEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../client/metrics/snapshot.js';
import { bars, connected, emptyStream, liveStream, second } from '../helpers/chart-samples.js';
import { DashboardSetup, settled } from '../helpers/dashboard-setup.js';

const SIZES = [
  [60, 16],
  [80, 24],
  [100, 30],
  [160, 48],
  [200, 60],
] as const;

const HUGE = liveStream(300, {
  name: 'a-camera-with-a-very-long-name-in-the-hall',
  width: 7680,
  height: 4320,
  frames: { received: 123_456_789, lost: 1_234_567, skipped: 99_999_999, corrupt: 55_555, kept: 0 },
  seconds: Array.from({ length: 300 }, (_, index) => second(index, index % 50 === 7 ? 9e9 : 40_000_000)),
});

const UNREACHED = emptyStream({
  width: 0,
  height: 0,
  nominalFps: null,
  encoding: { mode: 'unknown', reason: 'the source was not reached yet' },
  state: 'offline',
  reason: 'Connection refused; the next try comes in 4.0 s.',
});
const TROUBLE = (['degraded', 'silent', 'frozen', 'clock-jump', 'offline', 'removed'] as const).map((state, id) =>
  liveStream(60, { id, name: `cam${id}`, state, reason: `Why it is ${state}.`, timeSource: 'arrival' }),
);
const PASSED = liveStream(60, {
  encoding: { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' },
  stagesUs: { ...liveStream().stagesUs, queue: { p50: 0, p99: 0 }, encode: { p50: 0, p99: 0 } },
  timeSource: 'source',
});

const KINDS: Readonly<Record<string, Snapshot>> = {
  'no stream': connected([], { state: 'connecting' }),
  'no frame': connected([emptyStream()]),
  'a source that was not reached': connected([UNREACHED]),
  'nothing but trouble': connected(TROUBLE),
  'JPEGs passed through': connected([PASSED]),
  'a processor': connected([liveStream(60, { stagesUs: { ...liveStream().stagesUs, process: { p50: 9, p99: 99 } } })]),
  'one second': connected([liveStream(1)]),
  'two seconds': connected([liveStream(2)]),
  'a minute': connected([liveStream(60)]),
  'a gap': connected([liveStream(0, { seconds: [second(0, 9_000), second(1, null), second(2, 9_000)] })], {
    state: 'reconnecting',
    notice: 'The connection broke; next try in 2 s.',
  }),
  'negative latency': connected([liveStream(0, { seconds: [second(0, -9_000)], bars: bars(-9_500, [1, 2]) })]),
  'huge figures': connected([HUGE], { durationMs: 4e8, reconnects: 12_345, outageMs: 9e7, server: 'host.'.repeat(20) }),
  'many streams': connected(Array.from({ length: 40 }, (_, id) => liveStream(60, { id, name: `cam${id}` }))),
};

const setups: DashboardSetup[] = [];

afterEach(() => {
  for (const { dashboard } of setups.splice(0)) dashboard.close();
});

function setup(...parameters: ConstructorParameters<typeof DashboardSetup>): DashboardSetup {
  const made = new DashboardSetup(...parameters);
  setups.push(made);
  return made;
}

describe('Dashboard', () => {
  for (const [columns, rows] of SIZES) {
    it.each(Object.entries(KINDS))(`draws %s at ${columns}x${rows}`, async (_, snapshot) => {
      const { output, dashboard } = setup(columns, rows);
      dashboard.render(snapshot);
      await settled();
      const { lines } = output;
      expect(lines[0]).toContain('frame-streamer');
      expect(lines[0]).toContain(snapshot.state);
      expect(lines.at(-1)).toMatch(/^ q quit.* p pause.* r reset.* n next.* s snapshot.* v live/);
      expect(output.text).toContain('received');
      expect(output.text).not.toMatch(/NaN|undefined|null|Infinity/);
    });
  }

  it('shows the figures of one stream at 80x24', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60, { name: 'cam1' })], { durationMs: 60_000 }));
    const { lines, text } = terminal.output;
    expect(lines[0]).toBe(' frame-streamer  127.0.0.1:8000  connected  1m 00s     cam1 1280x720, 29.97 fps');
    expect(lines[1]).toBe(' latency p50 12.4 ms ± 0.3 ms   p99 15.5 ms   max 21.0 ms   since due');
    for (const panel of [
      'Latency, 1 min  ─ p50  ╌ p99',
      'Frames, data, clock',
      'Where the time goes',
      'Latency of 369',
    ]) {
      expect(text).toContain(panel);
    }
    expect(text).toMatch(/[\u2801-\u28ff]{10}/);
    expect(text).toContain('clock      +5.00 s ± 87 µs');
    expect(text).toContain('client decode');
  });

  it('shows everything with big digits at 160x48', async () => {
    const terminal = setup(160, 48);
    await terminal.show(connected([liveStream(60, { id: 1, name: 'cam1' }), liveStream(60, { id: 2, name: 'cam2' })]));
    expect(terminal.output.lines.slice(1, 4).join('')).toMatch(/█.*█.*█/);
    expect(terminal.output.text).toMatch(/> cam1 .*\n.* {2}cam2 /);
    expect(terminal.output.text).toContain('Latency histogram, 369 frames');
    expect(terminal.output.text).toContain('2 streams');
  });

  it('shows what is wrong with each stream, and with the selected one in full', async () => {
    const terminal = setup(160, 48);
    await terminal.show(connected(TROUBLE));
    for (const { name, state } of TROUBLE) {
      expect(terminal.output.text).toMatch(new RegExp(`${name} .*${state}: Why it is ${state}\\.`));
    }
    expect(terminal.output.lines.at(-2)).toBe(' cam0 degraded: Why it is degraded.');
    await terminal.press('nn');
    expect(terminal.output.lines.at(-2)).toBe(' cam2 frozen: Why it is frozen.');
  });

  it('shows that JPEGs are passed through, and since when their latency counts', async () => {
    for (const [columns, rows] of [
      [80, 24],
      [160, 48],
    ] as const) {
      const terminal = setup(columns, rows);
      await terminal.show(connected([PASSED]));
      expect(terminal.output.text).toMatch(/│receive /);
      expect(terminal.output.text).toMatch(/│encode +passed through +-/);
      expect(terminal.output.text).toContain('since capture');
    }
  });

  it('draws without Unicode and colours on a VT100', async () => {
    const terminal = setup(80, 24, { terminfo: 'xterm', colors: 'none', glyphs: 'ascii' });
    await terminal.show(connected([liveStream(60)]));
    expect(terminal.output.text).toContain('clock      +5.00 s g 87 us');
    expect(terminal.output.text).toMatch(/^[ -~\n]*$/);
    expect(terminal.output.sent).not.toMatch(/\[[\d;]*3[0-8][;m]/);
  });

  it('redraws at most 5 times a second and then shows the newest figures', async () => {
    const terminal = setup(80, 24);
    const drawn = new Set<string>();
    for (let ms = 0; ms < 1000; ms += 10) {
      terminal.dashboard.render(connected([liveStream(1, { bytes: ms * 1_000_000 })], { durationMs: ms }));
      await terminal.passUs(10_000);
      drawn.add(/data +(\S+ \S+)/.exec(terminal.output.text)?.[1] ?? '');
    }
    expect([...drawn]).toEqual(['0 B', '190 MB', '390 MB', '590 MB', '790 MB', '990 MB']);
  });

  it('adapts to a resize, also to one that is too small', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    terminal.output.resize(160, 48);
    await terminal.passUs(200_000);
    expect(terminal.output.lines).toHaveLength(48);
    expect(terminal.output.lines[47]).toContain('v live picture');
    expect(terminal.output.text).not.toContain('?');
    terminal.output.resize(59, 15);
    await terminal.passUs(200_000);
    expect(terminal.output.lines.slice(0, 4)).toEqual([
      'Terminal too small (59x15).',
      'At least 60x16, please.',
      'q quits.',
      '',
    ]);
    terminal.output.resize(80, 24);
    await terminal.passUs(200_000);
    expect(terminal.output.lines[23]).toContain('v live picture');
    expect(terminal.output.text).not.toContain('?');
  });
});

describe('Dashboard.close', () => {
  it('gives the terminal back as it was, at once, and once only', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('v');
    expect(terminal.input.isRaw).toBe(true);
    expect(terminal.output.sent).toContain('\x1b[?1049h');
    const before = terminal.output.sent.length;
    terminal.dashboard.close();
    const restored = terminal.output.sent.slice(before);
    // Cursor shown, application keypad off, main screen back.
    for (const sequence of ['\x1b[?12l\x1b[?25h', '\x1b[?1l\x1b>', '\x1b[?1049l']) expect(restored).toContain(sequence);
    expect(terminal.input.isRaw).toBe(false);
    expect(terminal.input.isPaused()).toBe(true);
    expect(terminal.clock.pending).toBe(0);
    const after = terminal.output.sent.length;
    terminal.dashboard.close();
    terminal.dashboard.render(connected([liveStream(61)]));
    await terminal.passUs(1_000_000);
    expect(terminal.output.sent.slice(after)).toBe('');
  });

  it('never turned mouse reporting on', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    expect(terminal.output.sent).not.toMatch(/\[\?(9|100[0-6]|1015)h/);
  });

  it('leaves no listener on the process', () => {
    const events = ['exit', 'uncaughtException', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const;
    const count = (): number[] => events.map((event) => process.listenerCount(event));
    const before = count();
    const terminal = setup(80, 24);
    terminal.dashboard.close();
    expect(count()).toEqual(before);
  });

  it('survives a terminal that went away', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    terminal.output.emit('error', new Error('write EIO'));
    await terminal.show(connected([liveStream(61)]));
    terminal.dashboard.close();
    expect(terminal.clock.pending).toBe(0);
  });
});
