import { describe, expect, it } from 'vitest';
import { RtspPublisher } from '../../../../server/rtsp/rtsp-publisher.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { ofTest } from '../../../helpers/of-test.js';
import { H264_FORMAT, pictureOfTest, publisherOfTest } from '../../../helpers/publisher-of-test.js';
import type { Answer } from '../../../helpers/rtsp-recorder.js';
import { RtspRecorder } from '../../../helpers/rtsp-recorder.js';
import { until } from '../../../helpers/until.js';

const MJPEG_FORMAT = { codec: 'mjpeg', parameterSets: [] } as const;

describe('RtspPublisher', () => {
  it('announces, sets up and records, and sends pictures from the first key picture on', async () => {
    const server = await recorder();
    const { publisher, told, untilState } = publisherOfTest({ url: server.url('a/b'), userAgent: 'tester' });
    publisher.setFormat(H264_FORMAT);
    publisher.send(pictureOfTest(0));
    await untilState('publishing');
    publisher.send(pictureOfTest(1, { isKey: false }));
    publisher.send(pictureOfTest(2, { lengthBytes: 2500 }));
    publisher.send(pictureOfTest(3, { isKey: false }));
    const connection = await server.connection();
    await until(() => connection.rtp.length === 5);
    expect(connection.methods).toEqual(['ANNOUNCE', 'SETUP', 'RECORD']);
    expect(connection.requests.map(({ url }) => url.replace(/^.*:\d+/, ''))).toEqual([
      '/a/b',
      '/a/b/trackID=0',
      '/a/b',
    ]);
    const [announce, setup, record] = connection.requests;
    expect(announce?.headers.get('user-agent')).toBe('tester');
    expect(announce?.headers.get('content-type')).toBe('application/sdp');
    expect(announce?.body).toContain('a=rtpmap:96 H264/90000');
    expect(setup?.headers.get('transport')).toBe('RTP/AVP/TCP;unicast;interleaved=0-1;mode=record');
    expect(record?.headers.get('session')).toBe('12345678');
    expect(told.map(({ state }) => state)).toEqual(['connecting', 'publishing']);
    expect(publisher.status()).toMatchObject({ framesSent: 2, framesDropped: 2, bytesSent: 2600, reconnects: 0 });
    expect(publisher.status().error).toBeNull();
  });

  it('says goodbye when it stops, and takes nothing any more', async () => {
    const server = await recorder();
    const { publisher, told, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    publisher.send(pictureOfTest(0));
    await Promise.all([publisher.stop(), publisher.stop()]);
    publisher.send(pictureOfTest(1));
    publisher.setFormat(MJPEG_FORMAT);
    publisher.restart();
    const connection = await server.connection();
    await until(() => connection.isClosed);
    expect(connection.methods.at(-1)).toBe('TEARDOWN');
    expect(connection.rtcp.at(-1)?.subarray(-8).readUInt8(1)).toBe(203);
    expect(told.map(({ state }) => state)).toEqual(['connecting', 'publishing', 'stopped']);
    expect(publisher.status()).toMatchObject({ state: 'stopped', error: null, framesSent: 1, framesDropped: 0 });
    expect(server.connections).toHaveLength(1);
  });

  it('announces another format on a new connection, when the former is closed, and the same one not again', async () => {
    const server = await recorder();
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    publisher.setFormat({ ...H264_FORMAT, parameterSets: H264_FORMAT.parameterSets.map((set) => Buffer.from(set)) });
    expect(publisher.status().state).toBe('publishing');
    publisher.setFormat(MJPEG_FORMAT);
    publisher.setFormat(H264_FORMAT);
    publisher.setFormat(MJPEG_FORMAT);
    expect(publisher.status().state).toBe('connecting');
    await untilState('publishing', 2);
    const [first, second] = server.connections;
    expect(server.connections).toHaveLength(2);
    expect(first?.methods.at(-1)).toBe('TEARDOWN');
    expect(second?.requests[0]?.body).toContain('JPEG/90000');
    expect(publisher.status()).toMatchObject({ reconnects: 1 });
  });

  it('connects anew at once when it is told to, and not before it has a format', async () => {
    const server = await recorder();
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.restart();
    expect(publisher.status()).toMatchObject({ state: 'waiting', error: null });
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    publisher.restart();
    publisher.restart();
    await untilState('publishing', 2);
    publisher.send(pictureOfTest(0));
    await until(() => (server.connections[1]?.rtp.length ?? 0) > 0);
    expect(server.connections).toHaveLength(2);
  });

  it('can be stopped and restarted by whoever is told its state', async () => {
    const server = await recorder();
    for (const state of ['connecting', 'publishing', 'stopped']) {
      let isDone = false;
      const act = (status: { state: string }) => {
        if (isDone || status.state !== state) return;
        isDone = true;
        publisher.restart();
        void publisher.stop();
      };
      const publisher = new RtspPublisher({ url: server.url() }, { clock: new FakeClock() }, { onState: act });
      publisher.setFormat(H264_FORMAT);
      if (state === 'stopped') await publisher.stop();
      await until(() => isDone);
      await publisher.stop();
      expect(publisher.status().state).toBe('stopped');
    }
    await until(() => server.connections.every(({ isClosed }) => isClosed));
  });

  it('connects again after waits that grow, and shorter ones once it has worked', async () => {
    const clock = new FakeClock();
    const server = await recorder((_, { socket }) => void socket.destroy());
    const { publisher, told, untilState } = publisherOfTest({ url: server.url() }, clock);
    publisher.setFormat(H264_FORMAT);
    for (const [index, waitMs] of [125, 250, 500, 1000].entries()) {
      const { error } = await untilState('waiting', index + 1);
      expect(error).toMatchObject({ code: 'PUBLISH_UNREACHABLE' });
      clock.advance(waitMs * 1000 - 1);
      expect(publisher.status().state).toBe('waiting');
      clock.advance(1);
      expect(publisher.status()).toMatchObject({ state: 'connecting', error });
    }
    expect(told.at(-1)?.reconnects).toBe(0);
  });

  it('announces another format when the wait is over, and waits no shorter for it', async () => {
    const clock = new FakeClock();
    const server = await recorder((_, { socket }) => void socket.destroy());
    const { publisher, untilState } = publisherOfTest({ url: server.url() }, clock);
    publisher.setFormat(H264_FORMAT);
    for (const [index, waitMs] of [125, 250, 500].entries()) {
      await untilState('waiting', index + 1);
      publisher.setFormat(index % 2 === 0 ? MJPEG_FORMAT : H264_FORMAT);
      clock.advance(waitMs * 1000 - 1);
      expect(publisher.status().state).toBe('waiting');
      clock.advance(1);
      expect(publisher.status().state).toBe('connecting');
    }
    const { body } = await (await server.connection(4)).request('ANNOUNCE');
    expect(body).toContain('JPEG/90000');
  });

  it('counts connections that came back, and says that the one before was lost', async () => {
    const clock = new FakeClock();
    const server = await recorder();
    const { publisher, untilState } = publisherOfTest({ url: server.url() }, clock);
    publisher.setFormat(H264_FORMAT);
    for (const count of [1, 2, 3]) {
      await untilState('publishing', count);
      publisher.send(pictureOfTest(count));
      clock.advance(6_000_000);
      (await server.connection(count)).socket.destroy();
      const { error } = await untilState('waiting', count);
      expect(error).toMatchObject({ code: 'PUBLISH_LOST' });
      publisher.send(pictureOfTest(count));
      // The first wait each time, since it had worked for a while.
      clock.advance(125_000);
    }
    await untilState('publishing', 4);
    expect(publisher.status()).toMatchObject({ reconnects: 3, framesSent: 3, framesDropped: 3, error: null });
  });

  it('is not kept from stopping by a server that answers nothing', async () => {
    const server = await recorder(({ method }) => (method === 'TEARDOWN' ? null : undefined));
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    await publisher.stop();
    expect((await server.connection()).methods.at(-1)).toBe('TEARDOWN');
  });

  it.each(['ANNOUNCE', 'SETUP', 'RECORD'])('gives up on a server that does not answer %s', async (method) => {
    const clock = new FakeClock();
    const server = await recorder((request) => (request.method === method ? null : undefined));
    const { publisher, untilState } = publisherOfTest({ url: server.url() }, clock);
    publisher.setFormat(H264_FORMAT);
    await (await server.connection()).request(method);
    clock.advance(9_999_999);
    expect(publisher.status().state).toBe('connecting');
    clock.advance(1);
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_UNREACHABLE' });
    expect(error?.message).toContain(`no answer to ${method}`);
  });

  it('keeps the session alive, and finds out that the server hangs', async () => {
    const clock = new FakeClock();
    let isHanging = false;
    const server = await recorder(({ method }) => {
      if (isHanging) return null;
      return method === 'SETUP'
        ? '200 OK\nSession: abc ; timeout=20\nTransport: RTP/AVP/TCP;interleaved=2-3'
        : undefined;
    });
    const { publisher, untilState } = publisherOfTest({ url: server.url() }, clock);
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    const connection = await server.connection();
    for (const count of [1, 2, 3]) {
      clock.advance(10_000_000);
      const request = await connection.request('OPTIONS', count);
      expect(request.headers.get('session')).toBe('abc');
      // Its answer to this comes when it has read the answer before.
      connection.socket.write('GET_PARAMETER * RTSP/1.0\r\n\r\n');
      await connection.request('RTSP/1.0', count);
    }
    publisher.send(pictureOfTest(0));
    await until(() => connection.packets.length === 3);
    expect(connection.packets.map(({ channel }) => channel)).toEqual([2, 3, 2]);
    isHanging = true;
    clock.advance(10_000_000);
    await connection.request('OPTIONS', 4);
    clock.advance(10_000_000);
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_LOST', message: expect.stringContaining('no answer') as string });
  });

  it('answers what the server asks', async () => {
    const server = await recorder();
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    const connection = await server.connection();
    connection.socket.write('GET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 77\r\n\r\nPLAY rtsp://x RTSP/1.0\r\n\r\n');
    await until(() => connection.methods.length === 5);
    expect(connection.requests.at(-2)).toMatchObject({ method: 'RTSP/1.0', url: '200' });
    expect(connection.requests.at(-2)?.headers.get('cseq')).toBe('77');
    expect(connection.requests.at(-1)).toMatchObject({ method: 'RTSP/1.0', url: '501' });
  });
});

function recorder(answer?: Answer): Promise<RtspRecorder> {
  return ofTest(RtspRecorder.start(answer));
}
