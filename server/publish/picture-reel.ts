import { TICKS_PER_SECOND } from '../rtsp/coded-video.js';
import type { PacketizedPicture, VideoFormat } from '../rtsp/coded-video.js';

/** A picture of a reel, cut for RTP, with its place in ticks from the beginning of the reel. */
export interface ReelPicture {
  readonly packets: PacketizedPicture;
  /** When it is sent: its place in decoding order. */
  readonly sendTicks: number;
  /** Its time stamp, from 0 at the picture that is shown first. */
  readonly showTicks: number;
}

/** A whole video in memory, ready to be sent again and again by any number of streams. */
export interface PictureReel {
  readonly format: VideoFormat;
  /** In decoding order; the first one is a key picture. */
  readonly pictures: readonly ReelPicture[];
  /** Ticks from the beginning of one round to that of the next. */
  readonly durationTicks: number;
  /** The longest time by which a picture is sent before it is shown, where pictures are reordered. */
  readonly reorderTicks: number;
  /** Payload bytes of all pictures. */
  readonly lengthBytes: number;
  readonly fps: number;
}

/** A picture as it was read from a file. */
export interface ReadPicture {
  readonly packets: PacketizedPicture;
  readonly dtsTicks: number;
}

/**
 * Makes a reel of `pictures`, which are in decoding order, or null where it would not loop cleanly: it begins with no key
 * picture, or shows pictures before it that need what is not there. The last picture lasts as long as the mean one; of a
 * single one `fps` tells. With `wantedFps` all is played faster or slower.
 */
export function makeReel(
  format: VideoFormat,
  pictures: readonly ReadPicture[],
  fps: number,
  wantedFps: number | null,
): PictureReel | null {
  const [first] = pictures;
  const last = pictures.at(-1);
  if (!first || !last || !first.packets.isKey) return null;
  const firstPts = first.packets.ptsTicks;
  if (pictures.some(({ packets }) => packets.ptsTicks < firstPts) || !isInOrder(pictures)) return null;
  const spanTicks = last.dtsTicks - first.dtsTicks;
  const meanTicks = pictures.length > 1 ? spanTicks / (pictures.length - 1) : TICKS_PER_SECOND / fps;
  const ownFps = TICKS_PER_SECOND / meanTicks;
  const stretch = wantedFps === null ? 1 : ownFps / wantedFps;
  const reel = pictures.map(({ packets, dtsTicks }) => ({
    packets,
    sendTicks: Math.round((dtsTicks - first.dtsTicks) * stretch),
    showTicks: Math.round((packets.ptsTicks - firstPts) * stretch),
  }));
  return {
    format,
    pictures: reel,
    durationTicks: Math.max(1, Math.round((spanTicks + meanTicks) * stretch)),
    reorderTicks: reel.reduce((most, { showTicks, sendTicks }) => Math.max(most, showTicks - sendTicks), 0),
    lengthBytes: pictures.reduce((sum, { packets }) => sum + packets.lengthBytes, 0),
    fps: wantedFps ?? ownFps,
  };
}

function isInOrder(pictures: readonly ReadPicture[]): boolean {
  return pictures.every(({ dtsTicks }, index) => dtsTicks > (pictures[index - 1]?.dtsTicks ?? -Infinity));
}
