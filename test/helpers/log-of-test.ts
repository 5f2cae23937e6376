import { createLogger } from '../../shared/logger.js';
import type { Logger } from '../../shared/logger.js';

/** A line of a log; `level` is its name. */
export type LoggedLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: string };

/** A log that keeps its lines. */
export class LogOfTest {
  readonly lines: LoggedLine[] = [];
  readonly logger: Logger = createLogger({
    level: 'debug',
    pretty: false,
    destination: { write: (line) => this.lines.push(JSON.parse(line) as LoggedLine) },
  });

  /** The messages of `level`. */
  messages(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map(({ msg }) => msg);
  }
}
