import { resolve } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { firstExecutable, isExecutable, searchPath } from '../../shared/executable.js';

const INSTALL_HINT =
  'download it from https://github.com/bluenviron/mediamtx/releases and put it on PATH, or set MEDIAMTX_PATH';

/**
 * Absolute path of MediaMTX: MEDIAMTX_PATH, else `mediamtx` on PATH. A variable that is set is an order: what it names is
 * used or refused, never replaced by something else.
 *
 * @throws {StreamerError} MEDIAMTX_NOT_FOUND when the variable names no executable file, or when nothing was found.
 */
export async function findMediamtx(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const given = env.MEDIAMTX_PATH;
  if (given !== undefined && given !== '') return checked(given);
  const onPath = await firstExecutable(searchPath(env), 'mediamtx');
  if (onPath !== undefined) return onPath;
  throw new StreamerError('MEDIAMTX_NOT_FOUND', `There is no mediamtx on PATH; ${INSTALL_HINT}.`);
}

async function checked(given: string): Promise<string> {
  const path = resolve(given);
  if (await isExecutable(path)) return path;
  throw new StreamerError(
    'MEDIAMTX_NOT_FOUND',
    `MEDIAMTX_PATH is ${JSON.stringify(given)}, which is no executable file; correct it or unset it.`,
  );
}
