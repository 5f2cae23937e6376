import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ChildMessages } from './child-messages.js';
import type { ChildError } from './ffprobe.js';

/** What a trial may do. */
export interface TrialOptions {
  /** Kills it after that time; five seconds unless said, so that a driver that hangs does not keep the server from its start. */
  readonly timeoutMs?: number;
  /** Which line of FFmpeg's tells why: what an encoder says comes first, what a decoder ends with last, the default. */
  readonly cause?: 'first' | 'last';
}

const TRIAL_TIMEOUT_MS = 5_000;

/** Runs FFmpeg with `args`, to see whether it can do that; resolves to what went wrong, or null. */
export async function tryFfmpeg(
  ffmpegPath: string,
  args: readonly string[],
  { timeoutMs = TRIAL_TIMEOUT_MS, cause = 'last' }: TrialOptions = {},
): Promise<string | null> {
  const limits = { timeout: timeoutMs, killSignal: 'SIGKILL' } as const;
  try {
    await promisify(execFile)(ffmpegPath, ['-hide_banner', '-nostdin', '-v', 'error', ...args], limits);
    return null;
  } catch (error) {
    const { killed, stderr = '' } = error as ChildError;
    if (killed) return `no answer in ${timeoutMs / 1000} s`;
    return reasonIn(cause === 'first' ? stderr.trimStart().replace(/[\r\n][^]*/, '') : stderr);
  }
}

function reasonIn(text: string): string {
  const messages = new ChildMessages();
  messages.append(text);
  messages.close();
  return messages.reason?.replace(/[.\s]+$/, '') ?? 'FFmpeg says no reason';
}
