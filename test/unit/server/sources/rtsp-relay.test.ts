import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RtspRelay } from '../../../../server/sources/rtsp-relay.js';
import { toStreamerError } from '../../../../shared/errors.js';
import { until } from '../../../helpers/until.js';

const REFUSED = 'RTSP/1.0 470 Source Forbidden\r\nCSeq: 7\r\n\r\n';
const OPTIONS = 'OPTIONS rtsp://127.0.0.1:1/x RTSP/1.0\r\nCSeq: 7\r\n\r\n';

/** A camera whose side the test plays, and what it heard. */
async function startCamera() {
  const sockets: Socket[] = [];
  const camera = { port: 0, heard: '', sockets, say: (text: string) => void sockets[0]!.write(text, 'latin1') };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (chunk) => (camera.heard += chunk.toString('latin1')));
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  camera.port = (server.address() as AddressInfo).port;
  return camera;
}

/** A camera, a relay to it, and a client of that in the place of FFmpeg. */
async function startAll() {
  const camera = await startCamera();
  const url = new URL(`rtsp://cam.test:${camera.port}/x`);
  const relay = await RtspRelay.open({ url, address: '127.0.0.1', port: camera.port, tlsName: null });
  onTestFinished(() => relay.close());
  const client = connect(relay.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void client.destroy());
  const heard = { text: '', isClosed: false };
  client.on('data', (chunk) => (heard.text += chunk.toString('latin1'))).on('close', () => (heard.isClosed = true));
  client.write(OPTIONS);
  await until(() => camera.heard === OPTIONS);
  return { camera, client, heard };
}

describe('RtspRelay', () => {
  it('passes requests and answers on, to their last byte', async () => {
    const { camera, heard } = await startAll();
    const sdp = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=RTSP/RTP stream\r\na=control:R';
    const answer = `RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
    camera.say(answer);
    await until(() => heard.text === answer);
    camera.say('RTSP/1.0 404 Not Found\r\n\r\n');
    await until(() => heard.text === `${answer}RTSP/1.0 404 Not Found\r\n\r\n`);
  });

  it.each([
    'RTSP/1.0 302 Moved\r\nLocation: rtsp://x\r\n\r\n',
    'RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\nRTSP/1.0 4294967597 x\r\n\r\n',
    `RTSP/${'1'.repeat(9000)}`,
  ])('refuses a redirect in place of the client, wherever the answer is cut: %j', async (answer) => {
    const step = Math.max(1, Math.floor(answer.length / 12));
    for (let cut = 0; cut < answer.length; cut += step) {
      const { camera, heard } = await startAll();
      camera.say(answer.slice(0, cut));
      await new Promise(setImmediate);
      if (!heard.isClosed) camera.say(answer.slice(cut));
      await until(() => heard.isClosed);
      expect(heard.text.replace('RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n', '')).toBe(REFUSED);
      expect(camera.sockets).toHaveLength(1);
    }
  });

  it('takes no address that looks like a PLAY for one', async () => {
    const { camera, client, heard } = await startAll();
    client.write('SETUP rtsp://127.0.0.1:1/');
    await until(() => camera.heard.endsWith('1/'));
    client.write('PLAY rtsp://127.0.0.1:1/x RTSP/1.0\r\nCSeq: 7\r\n\r\n');
    await until(() => camera.heard.includes('PLAY'));
    camera.say('RTSP/1.0 302 x\r\n\r\n');
    await until(() => heard.isClosed);
    expect(heard.text).toBe(REFUSED);
  });

  it('lets everything pass from the PLAY on', async () => {
    const { camera, client, heard } = await startAll();
    client.write('PLAY rtsp://127.0.0.1:1/x RTSP/1.0\r\nCSeq: 8\r\n\r\n');
    await until(() => camera.heard.includes('PLAY'));
    const packets = `RTSP/1.0 200 OK\r\n\r\n$\0\0\u00ff${'R'.repeat(255)}RTSP/1.0 302 in a picture`;
    camera.say(packets);
    await until(() => heard.text === packets);
    camera.say('R');
    await until(() => heard.text === `${packets}R`);
  });

  it('takes one client only, and ends with either side', async () => {
    const { camera, client, heard } = await startAll();
    const second = connect(client.remotePort ?? 0, '127.0.0.1');
    await once(second, 'error');
    client.end('TEARDOWN rtsp://127.0.0.1:1/x RTSP/1.0\r\n\r\n');
    await until(() => heard.isClosed && camera.sockets[0]!.destroyed);
    expect(camera.heard).toContain('TEARDOWN');
  });

  it('ends when the camera does, with what it said last', async () => {
    const { camera, heard } = await startAll();
    camera.sockets[0]!.end('RTSP/1.0 200 OK\r\n\r\n');
    await until(() => heard.isClosed);
    expect(heard.text).toBe('RTSP/1.0 200 OK\r\n\r\n');
  });

  it('says that the camera cannot be reached', async () => {
    const camera = await startCamera();
    const url = new URL('rtsp://user:secret@cam.test/x');
    const target = { url, address: '127.0.0.1', port: camera.port, tlsName: null };
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const error = toStreamerError(await RtspRelay.open({ ...target, port }).catch((thrown: unknown) => thrown));
    expect([error.code, error.message]).toEqual([
      'SOURCE_UNREACHABLE',
      'rtsp://user:***@cam.test/x: nothing listens there; check the port, and that what should answer is on.',
    ]);
  });
});
