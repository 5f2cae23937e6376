import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const LINES = 5000;

/** Logs into the pipe to this process and exits without giving the event loop a turn. */
function script(pretty: boolean): string {
  const logger = fileURLToPath(new URL('../../shared/logger.ts', import.meta.url));
  return `
    import { createLogger } from ${JSON.stringify(logger)};
    const logger = createLogger({ level: 'info', pretty: ${pretty} });
    for (let n = 0; n < ${LINES}; n += 1) logger.info({ n, padding: 'x'.repeat(100) }, 'line');
    process.exit(0);
  `;
}

describe('the log of a process that exits', () => {
  it.each([true, false])('is complete (pretty: %s)', async (pretty) => {
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', script(pretty)];
    const { stdout } = await run(process.execPath, argv, { maxBuffer: 16 * 1024 * 1024 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(LINES);
    expect(lines.at(-1)).toContain(`"n":${LINES - 1}`);
  });
});
