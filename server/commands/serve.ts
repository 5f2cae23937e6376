import { createLogger } from '../../shared/logger.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { startApp } from '../app.js';
import type { App, AppParts } from '../app.js';
import type { ResolvedConfig, ServerConfig } from '../config.js';
import { publishedTo, startOwnMediamtx } from '../own-mediamtx.js';
import { findMediamtx } from '../rtsp/mediamtx-binary.js';
import { checkStreams } from '../source-check.js';
import { createStreamOpener } from '../stream-opener.js';
import type { Surroundings } from './surroundings.js';

/** After the last stream ended, slow clients get this long to take their last frames. */
const END_GRACE_US = 500_000;
/** A shutdown that takes longer than this is cut short. */
const SHUTDOWN_LIMIT_MS = 1800;
/** The same while recordings have to be completed. */
const RECORDING_SHUTDOWN_LIMIT_MS = 10_000;

/**
 * Streams the sources until it is asked to stop or all have ended; resolves with the exit code.
 *
 * @throws {StreamerError} when it cannot start.
 */
export async function serve({ config, warnings }: ResolvedConfig, surroundings: Surroundings): Promise<number> {
  const { clock, env, stdin, stdout, stopRequest } = surroundings;
  const processFigures = () => surroundings.processFigures();
  const logger = createLogger({ level: config.logLevel, pretty: stdout.isTTY && !config.check });
  for (const warning of warnings) logger.warn(warning);
  const starting = new AbortController();
  void stopRequest.then(() => starting.abort());
  try {
    const binaries = await findFfmpeg(env);
    const parts = { clock, logger, binaries, stdin, env, signal: starting.signal, processFigures };
    return config.check ? await check(config, parts, stdout) : await run(config, parts, surroundings);
  } catch (error) {
    // Asked to stop while it was starting: what that broke off is no failure.
    if (starting.signal.aborted) return 0;
    logger.debug({ err: error }, 'failed');
    throw error;
  }
}

async function check(config: ServerConfig, parts: AppParts, stdout: Surroundings['stdout']): Promise<number> {
  if (config.mediamtx) await findMediamtx(parts.env);
  const verdicts = await checkStreams(config.streams, await createStreamOpener(parts), parts.clock);
  for (const { line } of verdicts) stdout.write(`${line}\n`);
  const failed = verdicts.filter(({ exitCode }) => exitCode !== 0).length;
  if (failed === 0) stdout.write('The configuration is good.\n');
  else stdout.write(`${failed} of ${verdicts.length} sources cannot be streamed at present.\n`);
  return Math.max(...verdicts.map(({ exitCode }) => exitCode));
}

async function run(config: ServerConfig, parts: AppParts, surroundings: Surroundings): Promise<number> {
  let reloadCertificate: App['reloadCertificate'] = null;
  if (config.tls) surroundings.onHangup(() => void reloadCertificate?.());
  const mediamtx = await startOwnMediamtx(config, parts);
  try {
    const app = await startApp(publishedTo(mediamtx, config), parts);
    reloadCertificate = app.reloadCertificate;
    const cause = await Promise.race([surroundings.stopRequest, app.ended]);
    if (cause) parts.logger.info({ signal: cause }, 'shutting down');
    else await new Promise<void>((resolve) => parts.clock.schedule(END_GRACE_US, resolve));
    surroundings.endWithin(app.control.isRecording ? RECORDING_SHUTDOWN_LIMIT_MS : SHUTDOWN_LIMIT_MS);
    await stop(app, cause ? 'SERVER_CLOSING' : 'STREAMS_ENDED');
  } finally {
    await mediamtx?.stop();
  }
  parts.logger.info('stopped');
  return 0;
}

function stop(app: App, code: 'SERVER_CLOSING' | 'STREAMS_ENDED'): Promise<void> {
  return app.stop(code, code === 'SERVER_CLOSING' ? 'The server shuts down.' : 'Every stream has come to its end.');
}
