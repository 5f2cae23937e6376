import { afterEach, describe, expect, it } from 'vitest';
import { connected, liveStream } from '../helpers/chart-samples.js';
import { DashboardSetup, red, XTERM } from '../helpers/dashboard-setup.js';

const setups: DashboardSetup[] = [];

afterEach(() => {
  for (const { dashboard } of setups.splice(0)) dashboard.close();
});

function setup(...parameters: ConstructorParameters<typeof DashboardSetup>): DashboardSetup {
  const made = new DashboardSetup(...parameters);
  setups.push(made);
  return made;
}

describe('the keys of the dashboard', () => {
  it.each(['q', 'Q', '\x03'])('%j quits', async (key) => {
    const terminal = setup(80, 24);
    await terminal.press(key);
    expect(terminal.calls).toEqual(['quit']);
  });

  it('r resets', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('r');
    expect(terminal.calls).toEqual(['reset']);
    expect(terminal.output.lines[22]).toBe(' All figures begin anew.');
  });

  it('p freezes the screen until it is pressed again', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)], { durationMs: 60_000 }));
    await terminal.press('p');
    await terminal.show(connected([liveStream(61)], { durationMs: 61_000 }));
    expect(terminal.output.lines[0]).toContain('1m 00s  PAUSED');
    expect(terminal.output.lines[23]).toContain('p resume');
    await terminal.press('p');
    expect(terminal.output.lines[0]).toContain('1m 01s  ');
    expect(terminal.output.lines[0]).not.toContain('PAUSED');
  });

  it('n goes round the streams', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60, { id: 5, name: 'cam5' }), liveStream(60, { id: 9, name: 'cam9' })]));
    const shown: (string | undefined)[] = [];
    for (let press = 0; press < 3; press++) {
      shown.push(/cam\d \(.*\)/.exec(terminal.output.lines[0] ?? '')?.[0]);
      await terminal.press('n');
    }
    expect(shown).toEqual(['cam5 (1 of 2)', 'cam9 (2 of 2)', 'cam5 (1 of 2)']);
  });

  it('stays with its stream when others come and go, and takes the first when it is gone', async () => {
    const terminal = setup(80, 24);
    const [a, b, c] = [1, 2, 3].map((id) => liveStream(60, { id, name: `cam${id}` }));
    if (!a || !b || !c) throw new Error('no streams');
    await terminal.show(connected([a, b]));
    await terminal.press('n');
    await terminal.show(connected([c, a, b]));
    expect(terminal.output.lines[0]).toContain('cam2 (3 of 3)');
    await terminal.show(connected([c, a]));
    expect(terminal.output.lines[0]).toContain('cam3 (1 of 2)');
  });

  it('n is harmless without streams', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([]));
    await terminal.press('nn');
    expect(terminal.output.lines[0]).toContain('no stream');
  });

  it('s saves and says where, for some seconds', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('s');
    expect(terminal.output.lines[22]).toBe(' Saved to figures.json');
    await terminal.passUs(5_000_000);
    expect(terminal.output.lines[22]).toBe('');
  });

  it('s says why it could not save', async () => {
    const terminal = setup(80, 24);
    terminal.saved = async () => Promise.reject(new Error('The disk is full.'));
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('s');
    expect(terminal.output.lines[22]).toBe(' The disk is full.');
  });

  it('v shows the live picture in the middle, and the figures again', async () => {
    const terminal = setup(80, 24);
    await terminal.show(connected([liveStream(60, { id: 7, name: 'cam7' })]));
    await terminal.press('v');
    expect(terminal.calls).toContain('jpeg of 7');
    const { lines, text, sent } = terminal.output;
    expect(text).toContain('Live picture of cam7');
    expect(lines.map((line) => line.indexOf('▀▀▀▀▀▀▀▀')).filter((at) => at >= 0)).toEqual([36, 36, 36]);
    expect(sent).toContain('\x1b[38;5;196m\x1b[48;5;196m▀▀▀▀▀▀▀▀\x1b[m');
    expect(lines[23]).toContain('v figures');
    await terminal.press('v');
    expect(terminal.output.text).not.toContain('▀');
    expect(terminal.output.text).toContain('Where the time goes');
    await terminal.passUs(2_000_000);
    expect(terminal.output.text).not.toContain('▀');
  });

  it('v leaves no edge of a larger picture, nor of one before a resize', async () => {
    let size = [40, 30] as [number, number];
    const terminal = setup(80, 24, XTERM, async () => red(...size));
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('v');
    size = [10, 8];
    terminal.jpeg = Buffer.from('another');
    await terminal.passUs(200_000);
    expect(terminal.output.text.split('▀')).toHaveLength(10 * 4 + 1);
    terminal.output.resize(100, 30);
    await terminal.passUs(400_000);
    expect(terminal.output.text.split('▀')).toHaveLength(10 * 4 + 1);
    expect(terminal.output.text).not.toContain('?');
  });

  it('v waits for a picture, and says when it cannot be decoded', async () => {
    const terminal = setup(80, 24, XTERM, async () => Promise.reject(new Error('The picture cannot be decoded.')));
    terminal.jpeg = null;
    await terminal.show(connected([liveStream(60)]));
    await terminal.press('v');
    expect(terminal.output.text).toContain('waiting for frames');
    terminal.jpeg = Buffer.from('broken');
    await terminal.passUs(400_000);
    expect(terminal.output.lines[22]).toBe(' The picture cannot be decoded.');
  });
});
