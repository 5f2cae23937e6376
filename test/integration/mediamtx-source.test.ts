import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkSource, rtspSource, runOfTest } from '../helpers/live-source-of-test.js';
import { type MediamtxServer, requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import { h264, requireProtocol, StreamSender } from '../helpers/stream-sender.js';

const CREDENTIALS = { user: 'viewer', password: 'p@ss!1' };
const CAMERA = { codec: h264(), format: 'rtsp', size: '320x240', fps: 25, outputOptions: ['-rtsp_transport', 'tcp'] };
const IS_CAMERA = [{ width: 320, height: 240, fps: 25, codec: 'h264' }];
const hasSrt = await requireProtocol('srt');

describe.skipIf(!requireMediamtx())('a source in MediaMTX', () => {
  let mediamtx: MediamtxServer;
  let camera: StreamSender;
  beforeAll(async () => {
    mediamtx = await startMediamtx({ credentials: CREDENTIALS, maxReaders: 1 });
    camera = await StreamSender.start(mediamtx.url('live/cam'), CAMERA);
    await mediamtx.untilPath('live/cam');
  });
  afterAll(async () => {
    await camera.stop();
    await mediamtx.stop();
  });

  it('is decoded', async () => {
    const log = runOfTest(await rtspSource(mediamtx.url('live/cam')));
    await log.untilFrames(10);
    expect(log.infos).toMatchObject(IS_CAMERA);
    await log.stop();
    await mediamtx.untilPath('live/cam', ({ readers }) => readers.length === 0);
  });

  it('takes no more readers than it may, and the next when one has gone', async () => {
    const first = runOfTest(await rtspSource(mediamtx.url('live/cam')));
    await first.untilFrames(1);
    const refused = runOfTest(await rtspSource(mediamtx.url('live/cam')));
    expect(await refused.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    await first.stop();
    await mediamtx.untilPath('live/cam', ({ readers }) => readers.length === 0);
    const next = runOfTest(await rtspSource(mediamtx.url('live/cam')));
    await next.untilFrames(1);
    await next.stop();
    await mediamtx.untilPath('live/cam', ({ readers }) => readers.length === 0);
  });

  it.each([
    ['a wrong password', { ...CREDENTIALS, password: 'wr0ng' }],
    ['no credentials', null],
  ])('is denied to %s', async (_name, credentials) => {
    const log = runOfTest(await rtspSource(mediamtx.url('live/cam', credentials)));
    const error = await log.untilError();
    expect(error.code).toBe('SOURCE_DENIED');
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/wr0ng|p@ss|p%40ss/);
  });

  it('is not there before somebody publishes it', async () => {
    const log = runOfTest(await rtspSource(mediamtx.url('nothing')));
    expect(await log.untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });

  it.skipIf(!hasSrt)('is decoded over SRT as well', async () => {
    const log = runOfTest(await networkSource(mediamtx.srtUrl('live/cam')));
    await log.untilFrames(10);
    expect(log.infos).toMatchObject(IS_CAMERA);
    await log.stop();
    await mediamtx.untilPath('live/cam', ({ readers }) => readers.length === 0);
  });
});

describe.skipIf(!requireMediamtx())('a source in a MediaMTX that dies', () => {
  it('has failed, cannot be reached, and is there again with it', async () => {
    const mediamtx = await startMediamtx({ authMethods: ['digest'], credentials: CREDENTIALS });
    try {
      const url = mediamtx.url('cam');
      await ofTest(StreamSender.start(url, CAMERA));
      await mediamtx.untilPath('cam');
      const source = await rtspSource(url);
      const log = runOfTest(source);
      await log.untilFrames(1);
      await mediamtx.kill();
      expect((await log.untilError()).code).toMatch(/^SOURCE_(FAILED|UNREACHABLE)$/);
      expect(await runOfTest(source).untilError()).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      await mediamtx.start();
      await ofTest(StreamSender.start(url, CAMERA));
      await mediamtx.untilPath('cam');
      const again = runOfTest(source);
      await again.untilFrames(1);
    } finally {
      await mediamtx.stop();
    }
  });
});
