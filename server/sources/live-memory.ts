import type { StreamEncoding } from '../../shared/protocol/messages.js';
import type { LoggedVideo } from '../../shared/ffmpeg/ffmpeg-log.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import type { SourceInfo } from './source.js';

/** What a live source learned of itself, kept from one run to the next. */
export interface LiveMemory {
  /** What FFmpeg says of the source; null before it was first reached. */
  video: LoggedVideo | null;
  /** Size of the pictures that come out; 0 before the first. */
  width: number;
  height: number;
  /** Whether the input is opened with its `fallbackInputOptions`. */
  usesFallback: boolean;
  /** Why its JPEGs do not go out as they are although nothing else was asked for; null where they do. */
  decodesBecause: string | null;
  /** Whether FFmpeg could not write the source's own video, so that it is not asked for it again. */
  refusesPackets: boolean;
}

/** What a source knows that was never reached. */
export function emptyMemory(): LiveMemory {
  return { video: null, width: 0, height: 0, usesFallback: false, decodesBecause: null, refusesPackets: false };
}

/** What is asked of the source that describes itself. */
export interface DescribedSource {
  readonly wanted: WantedPicture;
  readonly fps: number | null;
  /** Whether its own video is wanted beside the frames. */
  readonly wantsPackets?: boolean;
  readonly startTimeUs: number;
}

/** What can be said of a live source by what it learned of itself. */
export function describeLive(
  { wanted, fps, wantsPackets = false, startTimeUs }: DescribedSource,
  memory: LiveMemory,
): SourceInfo {
  const { video, width, height } = memory;
  const ownFps = video?.fps ?? 0;
  return {
    width,
    height,
    // Of an unknown rate, which may be lower than the one asked for, nothing is said.
    fps: fps === null ? ownFps : Math.min(fps, ownFps),
    timeSource: 'arrival',
    codec: video?.codec ?? null,
    encoding: encodingOf(wanted, memory),
    ...(video && wantsPackets && { offersPackets: mayOfferPackets(memory) }),
    startTimeUs,
  };
}

/** Whether the source's own video can come, by what is known of it: what RTP and MPEG-TS both carry. */
export function mayOfferPackets({ video, refusesPackets }: LiveMemory): boolean {
  return !refusesPackets && (video === null || video.codec === 'h264' || video.codec === 'hevc');
}

function encodingOf(wanted: WantedPicture, { video, decodesBecause }: LiveMemory): StreamEncoding {
  const choice = chooseEncoding(wanted, video ?? { codec: null, width: 0, height: 0 });
  if (choice.mode !== 'pass-through' || decodesBecause === null) return choice;
  return { mode: 'encoded', reason: decodesBecause };
}
