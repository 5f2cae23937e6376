import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** What `execFile` rejects with: `code` is a number when the child exited, a text when there was none. */
export interface ChildError {
  readonly name?: string;
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly killed?: boolean;
  readonly stderr?: string;
}

/**
 * Runs ffprobe on the first video stream of a local file and resolves to what it prints. Rejects with a `ChildError`
 * when it fails, takes more than 20 s, or `signal` aborts.
 */
export async function runFfprobe(
  ffprobePath: string,
  path: string,
  show: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['-v', 'error', '-protocol_whitelist', 'file,crypto,data', '-select_streams', 'v:0', ...show];
  const limits = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  // The prefix keeps a name with a colon or a leading dash a plain file.
  const { stdout } = await promisify(execFile)(ffprobePath, [...args, `file:${path}`], { ...limits, signal });
  return stdout;
}
