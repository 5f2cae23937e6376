import { SystemClock } from '../../shared/clock.js';
import { createHttpSource } from '../../server/sources/http-source.js';
import { SourceLog } from './source-log.js';

// Run as a program of its own, since Node reads NODE_EXTRA_CA_CERTS when it starts: prints what the source at the URL
// that it is given says first, a frame or an error.
const [url = ''] = process.argv.slice(2);
const wanted = { width: null, height: null, quality: null, isProcessed: false };
const openVideo = () => {
  throw new Error('it was taken for video');
};
const source = createHttpSource({ url, fps: null, wanted, startTimeUs: 0, openVideo }, new SystemClock());
const log = new SourceLog(source);
await log.untilFrames(1).catch(() => undefined);
await log.stop();
const [error] = log.errors;
console.log(error ? `${error.code}: ${error.message}` : log.order.join(' '));
