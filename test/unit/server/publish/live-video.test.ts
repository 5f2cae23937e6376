import { describe, expect, it } from 'vitest';
import { LiveVideo } from '../../../../server/publish/live-video.js';
import type { CodedPicture, PacketizedPicture, VideoFormat } from '../../../../server/rtsp/coded-video.js';
import type { EncoderChildEvents, FrameToEncode } from '../../../../server/rtsp/encoder-child.js';
import type { RawFrame, Source, SourceSink } from '../../../../server/sources/source.js';
import { StreamerError } from '../../../../shared/errors.js';
import { readTimecode } from '../../../../shared/timecode/timecode-reader.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SIZE = { width: 320, height: 180 };
const SPS = Buffer.from([0x67, 1, 2, 3]);
const PPS = Buffer.from([0x68, 1]);

/** A live video of a source and encoders that the test plays. */
function videoOfTest() {
  const clock = new FakeClock();
  const sinks: SourceSink[] = [];
  const stops = { sources: 0, encoders: 0 };
  const encoders: EncoderChildEvents[] = [];
  const encoded: FrameToEncode[] = [];
  const warnings: StreamerError[] = [];
  const taking = { isOpen: true };
  const source: Pick<Source, 'start'> = {
    start: (sink) => {
      sinks.push(sink);
      return { stop: () => Promise.resolve(void (stops.sources += 1)) };
    },
  };
  const encoder = { codec: 'h264', encoder: 'libx264', globalOptions: [], options: [], warning: null } as const;
  const video = new LiveVideo(
    'clip',
    { codec: 'h264', ...SIZE, fps: 30 },
    {
      ...{ ffmpegPath: 'ffmpeg', clock, encoder },
      openSource: () => source as Source,
      onWarning: (error) => void warnings.push(error),
      createEncoder: (_options, events) => {
        encoders.push(events);
        return {
          encode: (frame) => {
            if (taking.isOpen) encoded.push(frame);
            return taking.isOpen;
          },
          stop: () => Promise.resolve(void (stops.encoders += 1)),
        };
      },
    },
  );
  return { clock, video, sinks, encoders, encoded, warnings, stops, taking };
}

function listen() {
  const formats: VideoFormat[] = [];
  const pictures: PacketizedPicture[] = [];
  const ends: (StreamerError | null)[] = [];
  const told = { skipped: 0 };
  return {
    ...{ formats, pictures, ends, told },
    sink: {
      onFormat: (format: VideoFormat) => void formats.push(format),
      onPicture: (picture: PacketizedPicture) => void pictures.push(picture),
      onSkip: (count: number) => void (told.skipped += count),
      onLoop: () => undefined,
      onEnd: (error: StreamerError | null) => void ends.push(error),
    },
  };
}

function coded(ticks: number, isKey: boolean): CodedPicture {
  const slice = Buffer.from([isKey ? 0x65 : 0x41, 1, 2, 3]);
  const times = { ptsTicks: ticks, dtsTicks: ticks, captureTimeUs: ticks };
  return { codec: 'h264', units: isKey ? [SPS, PPS, slice] : [slice], isKey, ...times };
}

function frame(sequence: number, released: (Buffer | null | undefined)[] = []): RawFrame {
  const data = Buffer.alloc(SIZE.width * SIZE.height * 3, 128);
  const captureTimeUs = 1_700_000_000_000_000 + sequence;
  return {
    kind: 'raw',
    ...{ ...SIZE, sequence, captureTimeUs, timeSource: 'schedule', clockErrorUs: 0 },
    ...{ decodedTimeUs: captureTimeUs, data, release: (other?: Buffer | null) => void released.push(other) },
  };
}

describe('LiveVideo', () => {
  it('runs only while somebody plays it, one source and one encoder for all', () => {
    const { video, sinks, encoders, stops } = videoOfTest();
    expect(sinks).toHaveLength(0);
    const [first, second] = [video.player(listen().sink), video.player(listen().sink)];
    expect([sinks.length, encoders.length]).toEqual([1, 1]);
    first.stop();
    first.stop();
    expect(stops).toEqual({ sources: 0, encoders: 0 });
    second.stop();
    expect(stops).toEqual({ sources: 1, encoders: 1 });
    video.player(listen().sink);
    expect([sinks.length, encoders.length]).toEqual([2, 2]);
  });

  it('draws the time of each picture and its number into it, and gives the source other memory', () => {
    const { video, sinks, encoded, taking } = videoOfTest();
    const { sink, told } = listen();
    video.player(sink).restart();
    const released: (Buffer | null | undefined)[] = [];
    sinks[0]?.onFrame(frame(70_000, released));
    const { data, captureTimeUs } = encoded[0]!;
    expect(readTimecode(data, SIZE.width, SIZE.height)).toEqual({
      ...{ kind: 'capture', timeUs: captureTimeUs, counter: 70_000 % 65_536 },
    });
    expect(released[0]).toHaveLength(data.length);
    taking.isOpen = false;
    sinks[0]?.onFrame(frame(70_001, released));
    expect(released[1]).toBeUndefined();
    sinks[0]?.onDrop(70_002, 70_004);
    expect(told.skipped).toBe(4);
  });

  it('lets every player begin with a key picture, and again when it is connected anew', () => {
    const { video, encoders } = videoOfTest();
    const [first, second] = [listen(), listen()];
    const player = video.player(first.sink);
    encoders[0]?.onPicture(coded(0, true));
    expect(first.formats).toEqual([{ codec: 'h264', parameterSets: [SPS, PPS] }]);
    player.restart();
    for (const ticks of [1, 2]) encoders[0]?.onPicture(coded(ticks, false));
    expect(first.pictures).toEqual([]);
    encoders[0]?.onPicture(coded(3, true));
    encoders[0]?.onPicture(coded(4, false));
    // Who comes later knows the format at once.
    video.player(second.sink).restart();
    expect(second.formats).toHaveLength(1);
    player.restart();
    encoders[0]?.onPicture(coded(5, false));
    encoders[0]?.onPicture(coded(6, true));
    expect(first.pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([3, 4, 6]);
    expect(second.pictures.map(({ ptsTicks }) => ptsTicks)).toEqual([6]);
  });

  it('starts an encoder that dies again, and ends with its source', () => {
    const { video, clock, sinks, encoders, warnings, stops } = videoOfTest();
    const { sink, ends } = listen();
    video.player(sink);
    encoders[0]?.onExit(new StreamerError('FFMPEG_FAILED', 'It died.'));
    expect(warnings).toHaveLength(1);
    clock.advance(1_000_000);
    expect(encoders).toHaveLength(2);
    const error = new StreamerError('SOURCE_FAILED', 'The file is gone.');
    sinks[0]?.onError(error);
    expect(ends).toEqual([error]);
    expect(stops).toEqual({ sources: 1, encoders: 1 });
    expect(clock.pending).toBe(0);
  });
});
