import { describe, expect, it } from 'vitest';
import type { Source, SourceRun, SourceSink } from '../../server/sources/source.js';
import { StreamerError } from '../../shared/errors.js';
import { HttpPeer, answerOf } from '../helpers/http-peer.js';
import { httpSource, play } from '../helpers/http-source-of-test.js';
import { ofTest } from '../helpers/of-test.js';
import { until } from '../helpers/until.js';

describe('an HTTP source that turns out to be video', () => {
  /** A source that keeps what it was started with. */
  class Video implements Source {
    readonly isLive = true;
    readonly endTimeUs = null;
    readonly info = httpSource('http://unused/').info;
    readonly starts: { sink: SourceSink; nextSequence: number }[] = [];
    stops = 0;

    start(sink: SourceSink, nextSequence: number): SourceRun {
      this.starts.push({ sink, nextSequence });
      return { stop: async () => void (this.stops += 1) };
    }
  }

  const open = async (headers: string[], body: string | Buffer) => {
    const video = new Video();
    const urls: string[] = [];
    const peer = await ofTest(HttpPeer.start(({ socket }) => socket.write(answerOf('200 OK', headers, body))));
    const openVideo = (url: string) => {
      urls.push(url);
      return video;
    };
    const url = peer.url('/', 'user:pass');
    return { peer, video, urls, url, source: httpSource(url, { openVideo }) };
  };

  it.each([
    [['Content-Type: video/mp4'], 'anything'],
    [['Content-Type: application/vnd.apple.mpegurl'], '#EXTM3U'],
    [['Content-Type: application/octet-stream'], '\0\0\0 ftypisom and so on'],
    [[], '#EXTM3U\n#EXT-X-VERSION:3\n'],
  ])('%j: hands it over, its own connection closed', async (headers, body) => {
    const { peer, video, urls, url, source } = await open(headers, body);
    const log = play(source, 9);
    await until(() => video.starts.length === 1);
    expect(urls).toEqual([url]);
    expect(video.starts[0]?.nextSequence).toBe(9);
    await until(() => peer.open === 0);
    const info = { ...video.info, codec: 'h264', width: 640 };
    video.starts[0]?.sink.onInfo(info);
    expect(log.infos).toEqual([info]);
    expect(source.info).toEqual(info);
    await log.stop();
    expect(video.stops).toBe(1);
  });

  it('does not look again while it works, and does after it failed', async () => {
    const { peer, video, urls, source } = await open(['Content-Type: video/mp4'], 'x');
    const first = play(source);
    await until(() => video.starts.length === 1);
    await first.stop();
    const second = play(source);
    expect(video.starts).toHaveLength(2);
    expect(peer.requests).toHaveLength(1);
    video.starts[1]?.sink.onError(new StreamerError('FFMPEG_FAILED', 'it broke'));
    expect(await second.untilError()).toMatchObject({ code: 'FFMPEG_FAILED' });
    play(source);
    await until(() => video.starts.length === 3);
    expect(peer.requests).toHaveLength(2);
    expect(urls).toHaveLength(1);
  });

  it('is not opened any more when it was stopped before the answer came', async () => {
    const video = new Video();
    const stops: Promise<void>[] = [];
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => {
        stops.push(log.stop());
        socket.write(answerOf('200 OK', ['Content-Type: video/mp4'], 'x'));
      }),
    );
    const log = play(httpSource(peer.url(), { openVideo: () => video }));
    await until(() => stops.length === 1);
    await stops[0];
    await until(() => peer.open === 0);
    expect(video.starts).toHaveLength(0);
  });

  it('an empty answer is none', async () => {
    const { source } = await open([], '');
    expect(await play(source).untilError()).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
  });
});
