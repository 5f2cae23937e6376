import { describe, expect, it } from 'vitest';
import { publishedTo } from '../../../server/own-mediamtx.js';
import type { MediamtxProcess } from '../../../server/rtsp/mediamtx-process.js';
import { configOf, failure } from '../../helpers/config-of-test.js';

const THERE = 'rtsp://me:secret$&@127.0.0.1:41000';
const mediamtx = { rtspUrl: THERE } as MediamtxProcess;
const SOURCES = `sources:
  - a.mp4
  - {url: b.mp4, rtspPublish: off}
  - {url: c.mp4, rtspPublish: 'rtsp://other/live'}
  - {url: d.mp4, rtspCodec: mjpeg}
`;

describe('a MediaMTX of the server', () => {
  it.each([{ flags: { mediamtx: true } }, { env: { STREAMER_MEDIAMTX: 'true' } }, { text: 'mediamtx: true' }])(
    'is asked for by %j',
    (inputs) => expect(configOf(inputs).mediamtx).toBe(true),
  );

  it('gets the streams that go nowhere else, each as it is to be published', () => {
    const { streams, streamValues } = publishedTo(mediamtx, configOf({ flags: { mediamtx: true }, text: SOURCES }));
    expect(streams.map(({ rtsp }) => rtsp && [rtsp.url, rtsp.codec])).toEqual([
      [`${THERE}/a`, 'auto'],
      null,
      ['rtsp://other/live/c', 'auto'],
      [`${THERE}/d`, 'mjpeg'],
    ]);
    expect(streamValues.rtspPublish).toBe(THERE);
  });

  it('gets nothing that was not asked for', () => {
    const config = configOf({ text: SOURCES });
    expect(publishedTo(null, config)).toBe(config);
    expect(publishedTo(mediamtx, config)).toEqual(config);
  });

  it('cannot get what all goes to another server', () => {
    const error = failure({ flags: { mediamtx: true, rtspPublish: 'rtsp://h' } });
    expect(error).toMatchObject({ code: 'BAD_USAGE' });
    expect(error.message).toBe(
      '--rtsp-publish names another RTSP server than that of --mediamtx; leave one of them out.',
    );
    const byFile = failure({ flags: { mediamtx: true }, text: 'rtspPublish: rtsp://h' });
    expect(byFile).toMatchObject({ code: 'BAD_CONFIG', message: expect.stringContaining('f.yaml line 1') });
  });
});
