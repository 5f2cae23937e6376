import { Dashboard, type DashboardOptions } from '../../client/ui/dashboard.js';
import type { Pixels } from '../../client/ui/half-blocks.js';
import type { TerminalTraits } from '../../client/ui/terminal-traits.js';
import type { Snapshot } from '../../client/metrics/snapshot.js';
import { FakeClock } from './fake-clock.js';
import { FakeKeyboard, FakeScreen } from './fake-terminal.js';

/** A common terminal. */
export const XTERM: TerminalTraits = { terminfo: 'xterm-256color', colors: '256', glyphs: 'braille' };

/** A dashboard on a fake terminal. Close it when done, since it holds listeners of the process. */
export class DashboardSetup {
  readonly clock = new FakeClock();
  readonly input = new FakeKeyboard();
  readonly output: FakeScreen;
  readonly calls: string[] = [];
  readonly dashboard: Dashboard;
  jpeg: Buffer | null = Buffer.from('jpeg');
  saved: () => Promise<string> = async () => 'figures.json';

  constructor(
    columns: number,
    rows: number,
    traits = XTERM,
    decode: DashboardOptions['decode'] = async () => red(8, 6),
  ) {
    this.output = new FakeScreen(columns, rows);
    this.dashboard = new Dashboard({
      title: 'frame-streamer',
      input: this.input,
      output: this.output,
      traits,
      clock: this.clock,
      decode,
      latestJpeg: (streamId) => {
        this.calls.push(`jpeg of ${streamId}`);
        return this.jpeg;
      },
      snapshotToFile: () => this.saved(),
      onReset: () => this.calls.push('reset'),
      onQuit: () => this.calls.push('quit'),
    });
  }

  /** Shows `snapshot` once the fifth of a second is over. */
  async show(snapshot: Snapshot): Promise<void> {
    this.dashboard.render(snapshot);
    await this.passUs(200_000);
  }

  async press(keys: string): Promise<void> {
    this.input.write(keys);
    await settled();
    await this.passUs(200_000);
  }

  async passUs(us: number): Promise<void> {
    this.clock.advance(us);
    await settled();
  }
}

/** Lets streams, promises and the terminal driver's own buffer run until they have nothing left to do. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 10; round++) await new Promise(setImmediate);
}

/** A red picture. */
export function red(width: number, height: number): Pixels {
  return { data: new Uint8Array(width * height * 3).map((_, index) => (index % 3 === 0 ? 255 : 0)), width, height };
}
