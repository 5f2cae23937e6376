import type { Snapshot } from '../metrics/snapshot.js';
import { formatPlainLine, formatTransitions } from './plain.js';

/** Prints figures as lines of text once a second, and at once what changes about the connection or a stream. */
export class PlainView {
  private seen: Snapshot | null = null;
  private printed: Snapshot | null = null;

  /** @param print takes one or more lines without the last line break */
  constructor(private readonly print: (text: string) => void) {}

  render(snapshot: Snapshot): void {
    const transitions = this.seen ? formatTransitions(snapshot, this.seen) : '';
    this.seen = snapshot;
    if (transitions !== '') this.print(transitions);
    if (!this.isDue(snapshot)) return;
    const text = formatPlainLine(snapshot, this.printed);
    this.printed = snapshot;
    if (text !== '') this.print(text);
  }

  close(): void {
    // Lines stay where they are.
  }

  private isDue({ durationMs, state }: Snapshot): boolean {
    if (!this.printed) return durationMs >= 1000 || (state !== 'connecting' && state !== 'connected');
    return state !== this.printed.state || Math.floor(durationMs / 1000) > Math.floor(this.printed.durationMs / 1000);
  }
}
