import { describe, expect, it } from 'vitest';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { freeTcpPort } from '../../../helpers/free-port.js';
import { ofTest } from '../../../helpers/of-test.js';
import { H264_FORMAT, publisherOfTest } from '../../../helpers/publisher-of-test.js';
import type { Answer } from '../../../helpers/rtsp-recorder.js';
import { RtspRecorder } from '../../../helpers/rtsp-recorder.js';
import { until } from '../../../helpers/until.js';

describe('RtspPublisher, refused or misled', () => {
  it.each([
    ['nothing that is RTSP', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['an answer that nobody asked for', 'RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n'],
  ])('ends a connection on which comes %s', async (_, bytes) => {
    const server = await recorder((__, { socket }) => {
      socket.write(bytes);
      return null;
    });
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_REFUSED' });
    await until(() => server.connections[0]?.isClosed === true);
  });

  it('serves nobody who asks without end and reads no answers', async () => {
    const server = await recorder();
    const { publisher, untilState } = publisherOfTest({ url: server.url() }, new FakeClock());
    publisher.setFormat(H264_FORMAT);
    await untilState('publishing');
    const { socket } = await server.connection();
    socket.pause();
    const requests = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'.repeat(10_000);
    const ask = (error?: Error | null) => void (error || socket.write(requests, ask));
    ask();
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_LOST', message: expect.stringContaining('does not read') as string });
  });

  it.each([
    ['401 Unauthorized', 'PUBLISH_DENIED', 'user:password@'],
    ['403 Forbidden', 'PUBLISH_DENIED', 'user:password@'],
    ['400 Bad Request', 'PUBLISH_REFUSED', 'another may be publishing'],
    ['404 Not Found', 'PUBLISH_REFUSED', 'no such path'],
    ['453 Not Enough Bandwidth', 'PUBLISH_REFUSED', 'no room'],
    ['301 Moved\nLocation: rtsp://elsewhere/x', 'PUBLISH_REFUSED', 'elsewhere'],
    ['500 Internal Server Error', 'PUBLISH_REFUSED', 'has a problem'],
    ['418 \x1b[31mred\x9b', 'PUBLISH_REFUSED', '418 \ufffd[31mred'],
  ])('says what to do about %s', async (answer, code, hint) => {
    const server = await recorder(() => answer);
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(hint);
    expect(error?.message).toContain(server.url());
  });

  it.each([
    ['no session', '200 OK\nTransport: RTP/AVP/TCP;interleaved=0-1'],
    ['a session of no use', '200 OK\nSession: a b\nTransport: RTP/AVP/TCP;interleaved=0-1'],
    ['another transport', '200 OK\nSession: abc\nTransport: RTP/AVP;unicast;client_port=1-2'],
    ['a channel that cannot be', '200 OK\nSession: abc\nTransport: RTP/AVP/TCP;interleaved=999-1000'],
  ])('refuses %s', async (_, answer) => {
    const server = await recorder(({ method }) => (method === 'SETUP' ? answer : undefined));
    const { publisher, untilState } = publisherOfTest({ url: server.url() });
    publisher.setFormat(H264_FORMAT);
    expect((await untilState('waiting')).error).toMatchObject({ code: 'PUBLISH_REFUSED' });
  });

  it('shows credentials when it is asked for them, and not for ever', async () => {
    const server = await recorder(({ headers }) =>
      headers.get('authorization') === `Basic ${Buffer.from('me:the-secret').toString('base64')}`
        ? undefined
        : '401 Unauthorized\nWWW-Authenticate: Basic realm="x"',
    );
    const right = publisherOfTest({ url: server.url('live', 'me:the-secret@') });
    right.publisher.setFormat(H264_FORMAT);
    await right.untilState('publishing');
    expect(server.connections[0]?.methods).toEqual(['ANNOUNCE', 'ANNOUNCE', 'SETUP', 'RECORD']);

    const wrong = publisherOfTest({ url: server.url('live', 'me:wrong-secret@') }, new FakeClock());
    wrong.publisher.setFormat(H264_FORMAT);
    const { error, url } = await wrong.untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_DENIED' });
    expect(JSON.stringify([url, error?.message])).not.toContain('secret');
    expect(server.connections[1]?.methods).toEqual(['ANNOUNCE', 'ANNOUNCE']);
  });

  it('does not try for ever to please a server that calls every nonce stale', async () => {
    let nonce = 0;
    const challenge = () => `401 Unauthorized\nWWW-Authenticate: Digest realm="x", nonce="${nonce++}", stale=true`;
    const server = await recorder(challenge);
    const { publisher, untilState } = publisherOfTest({ url: server.url('live', 'me:secret@') }, new FakeClock());
    publisher.setFormat(H264_FORMAT);
    expect((await untilState('waiting')).error).toMatchObject({ code: 'PUBLISH_DENIED' });
    expect(server.connections[0]?.methods).toEqual(['ANNOUNCE', 'ANNOUNCE', 'ANNOUNCE']);
  });

  it.each([
    ['a port where nothing listens', async () => `rtsp://127.0.0.1:${await freeTcpPort()}/x`, 'nothing listens'],
    ['a name with two addresses', async () => `rtsp://localhost:${await freeTcpPort()}/x`, 'nothing listens'],
    ['a name that nobody knows', async () => 'rtsp://nobody.invalid/x', 'the host name'],
  ])('tells that it cannot reach %s', async (_, urlOf, hint) => {
    const { publisher, untilState } = publisherOfTest({ url: await urlOf() }, new FakeClock());
    publisher.setFormat(H264_FORMAT);
    const { error } = await untilState('waiting');
    expect(error).toMatchObject({ code: 'PUBLISH_UNREACHABLE' });
    expect(error?.message).toContain(hint);
  });

  it('refuses an address of another kind', () => {
    expect(errorOf(() => publisherOfTest({ url: 'http://host/x' })).code).toBe('BAD_USAGE');
  });
});

function recorder(answer?: Answer): Promise<RtspRecorder> {
  return ofTest(RtspRecorder.start(answer));
}
