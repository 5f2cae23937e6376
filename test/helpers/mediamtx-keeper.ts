import { startMediamtx } from '../../server/rtsp/mediamtx-process.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';

/** A process of its own that starts a MediaMTX, says its number and waits to be killed. */
const [, , binaryPath = ''] = process.argv;
const options = { binaryPath, host: '127.0.0.1', viewerPassword: null, env: process.env };
const logger = createLogger({ level: 'error', pretty: false });
const mediamtx = await startMediamtx(options, { clock: new SystemClock(), logger });
process.send?.(mediamtx.pid);
