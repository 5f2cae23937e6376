import { afterEach, describe, expect, it } from 'vitest';
import { ProgressScreen } from '../../client/ui/progress-screen.js';
import { settled, XTERM } from '../helpers/dashboard-setup.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { FakeKeyboard, FakeScreen } from '../helpers/fake-terminal.js';
import { progressPage } from '../helpers/progress-samples.js';

const views: ProgressScreen[] = [];

afterEach(() => {
  for (const view of views.splice(0)) view.close();
});

function setup(columns: number, rows: number) {
  const clock = new FakeClock();
  const input = new FakeKeyboard();
  const output = new FakeScreen(columns, rows);
  let quits = 0;
  const view = new ProgressScreen({ clock, input, output, traits: XTERM, onQuit: () => (quits += 1) });
  views.push(view);
  const pass = async (us: number) => {
    clock.advance(us);
    await settled();
  };
  const press = async (keys: string) => {
    input.write(keys);
    await settled();
    await pass(250_000);
  };
  return { view, output, pass, press, quits: () => quits };
}

describe('ProgressScreen', () => {
  for (const [columns, rows] of [
    [60, 16],
    [80, 24],
    [160, 48],
  ] as const) {
    it(`shows a run at ${columns}x${rows}`, async () => {
      const { view, output } = setup(columns, rows);
      view.render(progressPage({ notice: 'camera-1: no answer' }));
      await settled();
      const { lines } = output;
      expect(lines[0]).toMatch(/streamer-client load {2}measuring: 99 of 100 .* +15s of 1m 00s$/);
      expect(output.text).toContain('33.1 ms ± 0.3 ms');
      expect(output.text).toContain('camera-0');
      expect(lines.at(-2)).toContain('camera-1: no answer');
      expect(lines.at(-1)).toMatch(/q stop and report/);
    });
  }

  it('scrolls its table to both ends', async () => {
    const { view, output, press } = setup(80, 24);
    view.render(progressPage());
    await settled();
    await press('\u001b[B');
    expect(output.text).toContain('2 to ');
    expect(output.text).toContain(' of 40 rows');
    await press('G');
    expect(output.text).toContain('camera-39');
    await press('g');
    expect(output.text).toContain('1 to ');
    expect(output.text).toContain('camera-0 ');
  });

  it('shows what was said for some seconds', async () => {
    const { view, output, pass } = setup(80, 24);
    view.render(progressPage({ notice: 'older' }));
    view.say('The server is full.');
    await pass(250_000);
    expect(output.lines.at(-2)).toContain('The server is full.');
    await pass(8_000_000);
    await pass(250_000);
    expect(output.lines.at(-2)).toContain('older');
  });

  it('stops by q and says so, and gives the terminal back', async () => {
    const { view, output, press, quits } = setup(80, 24);
    view.render(progressPage());
    await settled();
    await press('q');
    expect(quits()).toBe(1);
    expect(output.lines.at(-2)).toContain('Stopping; the report follows.');
    view.close();
    await settled();
    expect(output.sent).toContain('\u001b[?1049l');
  });

  it('asks for more room', async () => {
    const { view, output } = setup(40, 10);
    view.render(progressPage());
    await settled();
    expect(output.text).toContain('too small');
  });
});
