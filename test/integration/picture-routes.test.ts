import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MjpegViewer } from '../helpers/mjpeg-viewer.js';
import { PictureServer } from '../helpers/picture-server.js';

describe('addresses of streams and pictures', () => {
  let server: PictureServer;
  beforeEach(async () => {
    server = await PictureServer.start({ jpegBytes: 20, streams: ['cam', 'a.mjpg', 'b-2_c.jpg'] });
  });
  afterEach(() => server.stop());

  /** What the path is answered with; of a stream the stream that is watched and its rate. */
  async function ask(path: string, method = 'GET') {
    const viewer = await MjpegViewer.open(server.port, { path, method });
    if (!viewer.head?.includes('multipart/')) await viewer.until(() => viewer.body.includes('}') || isWhole(viewer));
    const [record] = server.clients.list();
    const stream = record?.streams()[0]?.stream;
    await viewer.destroy();
    const status = Number(viewer.head?.split(' ')[1]);
    return { status, stream, head: viewer.head ?? '', body: viewer.body };
  }

  it.each([
    ['/streams/cam.mjpg', 'cam'],
    ['/streams/a.mjpg.mjpg', 'a.mjpg'],
    ['/streams/b-2_c.jpg.mjpg', 'b-2_c.jpg'],
    ['/streams/cam.mjpg?maxFps=5', 'cam'],
    ['/stream', 'cam'],
    ['/?action=stream', 'cam'],
    ['/?action=stream_0', 'cam'],
    ['/?action=stream&dummy=1700000000', 'cam'],
    ['/?token=x&action=stream', 'cam'],
  ])('%s streams %s', async (path, name) => {
    expect(await ask(path)).toMatchObject({ status: 200, stream: name });
  });

  it.each(['/streams/cam.jpg', '/snapshot', '/?action=snapshot', '/?action=snapshot&n=1'])(
    '%s is the newest picture',
    async (path) => {
      const sequence = server.stream.publish();
      const { status, head, body } = await ask(path);
      expect(status).toBe(200);
      expect(head).toMatch(/^content-type: image\/jpeg$/im);
      expect(head).toMatch(new RegExp(`^x-sequence: ${sequence}$`, 'im'));
      expect(head).toMatch(/^cache-control: no-store$/im);
      expect(body.readUIntBE(4, 6)).toBe(sequence);
    },
  );

  it('of other streams than the first are their own', async () => {
    server.streams[1]?.publish();
    server.streams[2]?.publish();
    expect((await ask('/streams/a.mjpg.jpg')).body.readUInt16BE(2)).toBe(2);
    expect((await ask('/streams/b-2_c.jpg.jpg')).body.readUInt16BE(2)).toBe(3);
  });

  it.each([
    ['/streams/none.mjpg', 404, 'UNKNOWN_STREAM'],
    ['/streams/none.jpg', 404, 'UNKNOWN_STREAM'],
    ['/streams/cam', 404, 'NOT_FOUND'],
    ['/streams/.mjpg', 400, 'BAD_REQUEST'],
    ['/streams/cam.mjpg?maxFps=0', 400, 'BAD_REQUEST'],
    ['/streams/cam.mjpg?maxFps=fast', 400, 'BAD_REQUEST'],
    ['/streams/cam.jpg?width=1', 400, 'BAD_REQUEST'],
    ['/streams/%2e%2e.mjpg', 404, 'UNKNOWN_STREAM'],
  ])('%s is refused with %d', async (path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, answer.body.toString()]).toEqual([status, expect.stringContaining(`"${code}"`)]);
    expect(server.clients.count).toBe(0);
  });

  it.each(['/stream', '/snapshot'])('%s is nothing where there is no stream', async (path) => {
    for (const { hubStream } of server.streams)
      server.hub.remove(hubStream, { code: 'STREAM_REMOVED', message: 'Gone.' });
    expect(await ask(path)).toMatchObject({ status: 404 });
  });

  it('takes nothing but GET and HEAD', async () => {
    expect((await ask('/stream', 'POST')).status).toBe(405);
    const { status, head } = await ask('/streams/cam.mjpg', 'HEAD');
    expect([status, head]).toEqual([200, expect.stringContaining('multipart/x-mixed-replace')]);
  });
});

/** Whether as many bytes came as were promised. */
function isWhole({ head, body }: MjpegViewer): boolean {
  return body.length >= Number(/content-length: (\d+)/i.exec(head ?? '')?.[1]);
}
