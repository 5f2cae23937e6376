import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamerError } from '../../shared/errors.js';

const TIMEOUT_MS = 10_000;

/**
 * Checks that this FFmpeg knows the hardware decoder `name`; `none` and `auto` always pass.
 *
 * @throws {StreamerError} BAD_USAGE that lists what there is.
 */
export async function checkHwaccel(ffmpegPath: string, name: string): Promise<void> {
  if (name === 'none' || name === 'auto') return;
  const known = await listHwaccels(ffmpegPath);
  if (known.includes(name)) return;
  const offered = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new StreamerError('BAD_USAGE', `--hwaccel ${name} is unknown to this FFmpeg; ${offered}. Use auto or none.`);
}

/** Hardware decoders this FFmpeg was built with; whether the machine has them only shows in use. */
async function listHwaccels(ffmpegPath: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(ffmpegPath, ['-hide_banner', '-hwaccels'], { timeout: TIMEOUT_MS });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z0-9_]+$/.test(line));
}
