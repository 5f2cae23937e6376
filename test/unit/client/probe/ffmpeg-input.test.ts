import { describe, expect, it } from 'vitest';
import { ffmpegInput } from '../../../../client/probe/ffmpeg-input.js';
import { parseFfmpegVersion } from '../../../../shared/ffmpeg/ffmpeg-version.js';
import { targetOf } from '../../../helpers/probe-samples.js';

const FFMPEG = parseFfmpegVersion('ffmpeg version 5.1\nlibavcodec     59. 37.100');

const inputOf = (text: string) => ffmpegInput(targetOf(text), FFMPEG);

describe('ffmpegInput', () => {
  it.each([
    ['rtsp://host/cam', 'rtsp://host/cam', 'tcp'],
    ['rtsp://host/cam?transport=udp', 'rtsp://host/cam', 'udp'],
    ['rtsp://host/cam?a=b&transport=tcp&c=d', 'rtsp://host/cam?a=b&c=d', 'tcp'],
    ['rtsp://host/cam?mytransport=udp', 'rtsp://host/cam?mytransport=udp', 'tcp'],
  ])('opens %s over %3$s', async (text, input, transport) => {
    const opened = await inputOf(text);
    expect(opened.input).toBe(input);
    expect(opened.inputOptions.join(' ')).toContain(`-rtsp_transport ${transport} -timeout 10000000`);
    expect(opened.isPaced).toBe(false);
  });

  it.each(['rtmp://h/a', 'srt://h:1', 'udp://h:1', 'rtp://h:1', 'tcp://h:1', 'http://h/a', 'http://h/a.m3u8'])(
    'lets nothing that %s says lead to the files of this machine',
    async (text) => {
      const { inputOptions } = await inputOf(text);
      const protocols = inputOptions[inputOptions.indexOf('-protocol_whitelist') + 1]?.split(',') ?? [];
      expect(protocols.length).toBeGreaterThan(0);
      expect(protocols).not.toContain('file');
    },
  );

  it('plays what could be read faster, and takes the rest as it comes', async () => {
    const isPaced = async (text: string) => (await inputOf(text)).isPaced;
    expect(await Promise.all(['http://h/a', 'http://h/a.m3u8', 'package.json'].map(isPaced))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await Promise.all(['tcp://h:1', 'srt://h:1', 'rtmp://h/a'].map(isPaced))).toEqual([false, false, false]);
  });

  it('expects an end of files, and over HTTP only where a duration is stated', async () => {
    const endOf = async (text: string) => (await inputOf(text)).end;
    expect(await Promise.all(['package.json', 'http://h/a', 'http://h/a.m3u8', 'srt://h:1'].map(endOf))).toEqual([
      'regular',
      'if it has a duration',
      'if it has a duration',
      'none',
    ]);
  });

  it('says what is in the latency', async () => {
    expect((await inputOf('srt://h:1')).delays).toEqual([
      'FFmpeg: demuxing and decoding',
      expect.stringMatching(/^FFmpeg: one period/),
      expect.stringMatching(/^SRT: its receive buffer/),
    ]);
    expect((await inputOf('rtmp://h/a')).delays).toEqual(['FFmpeg: demuxing and decoding']);
  });

  it.each([
    ['nowhere.mp4', 'SOURCE_NOT_FOUND'],
    ['docs', 'SOURCE_UNREADABLE'],
    ['streamer://host', 'BAD_USAGE'],
  ])('refuses %s', async (text, code) => {
    await expect(inputOf(text)).rejects.toMatchObject({ code });
  });
});
