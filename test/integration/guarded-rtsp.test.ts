import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Certificate } from '../helpers/certificate.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { playGuarded } from '../helpers/guarded-source.js';
import { HttpPeer } from '../helpers/http-peer.js';
import { ofTest } from '../helpers/of-test.js';
import { publish } from '../helpers/publish.js';
import { h264 } from '../helpers/stream-sender.js';

const SDP = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:1\r\n';
/** What a server says behind the first lines of its answers, by method. */
const ANSWERS: Readonly<Record<string, string>> = {
  DESCRIBE: `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
  SETUP: 'Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n',
};

describe('a source of RTSP that was added over HTTP', () => {
  it.each([
    'RTSP/1.0 302 Found',
    'RTSP/1.0 4294967597 Moved',
    'RTSP/1.0 -4294966994 x',
    'RTSP/1.0\x0bx 302 Moved',
    'RTSP/\xa0x 302 Moved',
    'RTSP/1.0 \x0b302 Moved',
    ' RTSP/1.0 302 Moved',
    'RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 1\r\n\r\nxRTSP/1.0 302 Moved',
    '$\0\0\u0001xRTSP/1.0 302 Moved',
  ])('is not redirected by RTSP to where it may not be: %j', async (status) => {
    const other = await ofTest(HttpPeer.start(null));
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const location = `Location: rtsp://127.0.0.1:${other.port}/x`;
        socket.write(Buffer.from(`${status}\r\nCSeq: 1\r\n${location}\r\n\r\n`, 'latin1'));
      });
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const log = await playGuarded(`rtsp://cam.test:${(server.address() as AddressInfo).port}/live`);
    const error = await log.untilError();
    expect(other.total).toBe(0);
    expect(error.code).toBe('SOURCE_FORBIDDEN');
  });

  it.each([
    ['as the answer to PLAY', (cseq: string, to: string) => `RTSP/1.0 302 Found\r\nCSeq: ${cseq}\r\n${to}`],
    [
      'by a request while it plays',
      (cseq: string, to: string) =>
        `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n\r\nREDIRECT rtsp://x RTSP/1.0\r\nCSeq: 9\r\n${to}`,
    ],
    [
      'as an answer while it plays',
      (cseq: string, to: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n\r\nRTSP/1.0 302 x\r\n${to}`,
    ],
  ])('is not redirected from the PLAY on: %s', async (_, answer) => {
    const other = await ofTest(HttpPeer.start(null));
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          const text = chunk.toString('latin1');
          const method = text.split(' ')[0] ?? '';
          const cseq = /CSeq: (\d+)/.exec(text)?.[1] ?? '0';
          asked.push(method);
          if (method !== 'PLAY')
            return void socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n${ANSWERS[method] ?? '\r\n'}`);
          socket.end(answer(cseq, `Location: rtsp://127.0.0.1:${other.port}/x\r\n\r\n`));
        });
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const log = await playGuarded(`rtsp://cam.test:${(server.address() as AddressInfo).port}/live`);
    await log.until(() => log.isOver);
    expect(asked).toContain('PLAY');
    expect(other.total).toBe(0);
  });

  it.skipIf(!requireGortsplibServer()).each(['rtsp', 'rtsps'])('plays %s, with credentials', async (scheme) => {
    const certificate = scheme === 'rtsps' ? await ofTest(Certificate.start()) : null;
    const credentials = { user: 'me', password: 'p w/@', scheme: 'digest' } as const;
    const server = await ofTest(startGortsplibServer({ credentials, ...(certificate && { certificate }) }));
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const log = await playGuarded(server.url('cam').replace('127.0.0.1', 'cam.test'));
    await log.untilFrames(20);
  });
});
