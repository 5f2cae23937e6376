import { describe, expect, it } from 'vitest';
import { MediamtxProcess } from '../../../../server/rtsp/mediamtx-process.js';
import { createLogger } from '../../../../shared/logger.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const ports = { api: 1, rtsp: 2, hls: 3, webrtc: 4, ice: 5, srt: 6 };
const owner = { user: 'me', password: 'secret' };

function mediamtxAt(host: string): MediamtxProcess {
  const logger = createLogger({ level: 'error', pretty: false });
  const options = { binaryPath: '/mediamtx', host, viewerPassword: null, env: {} };
  return new MediamtxProcess(options, ports, owner, { clock: new FakeClock(), logger });
}

describe('addresses of a MediaMTX of our own', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['192.0.2.7', '192.0.2.7'],
    ['cams.lan', 'cams.lan'],
  ])('that listens on %s: %s', (host, reachable) => {
    const mediamtx = mediamtxAt(host);
    expect(mediamtx.rtspUrl).toBe(`rtsp://me:secret@${reachable}:2`);
    expect(mediamtx.readUrls('cam')).toEqual({
      rtsp: `rtsp://${reachable}:2/cam`,
      hls: `http://${reachable}:3/cam/`,
      webrtc: `http://${reachable}:4/cam/`,
      srt: `srt://${reachable}:6?streamid=read:cam`,
    });
  });

  it('does not run before it was started', async () => {
    const mediamtx = mediamtxAt('127.0.0.1');
    expect(mediamtx.pid).toBeNull();
    await mediamtx.stop();
  });
});
