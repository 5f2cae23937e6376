import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { HubStream } from '../hub/stream.js';
import type { BridgePlan } from './bridge-plan.js';
import { CopiedFeed } from './copied-feed.js';
import { EncodedFeed } from './encoded-feed.js';
import type { EncodingParts } from './encoded-feed.js';
import { FileFeed } from './file-feed.js';
import { JpegFeed } from './jpeg-feed.js';
import type { BridgeMode, FeedEvents, PictureFeed } from './picture-feed.js';

/** What feeds are made with. */
export interface FeedParts extends EncodingParts {
  readonly clock: Clock;
}

/** Makes the feed that costs least of those that the plan allows and that can give the stream; null where there is none. */
export function createFeed(
  stream: HubStream,
  plan: BridgePlan,
  unable: ReadonlySet<BridgeMode>,
  parts: FeedParts,
  events: FeedEvents,
): PictureFeed | null {
  const { copied, codec, bitrateBps } = plan;
  const { ffmpegPath, clock } = parts;
  if (!unable.has('copy')) {
    if (copied?.kind === 'file') return new FileFeed({ ...copied, ffmpegPath }, clock, events);
    if (copied?.kind === 'live' && stream.packets.offer !== false) return new CopiedFeed(stream, clock, events);
  }
  if (codec === 'mjpeg' && !unable.has('mjpeg')) return new JpegFeed(stream, events);
  if (codec === 'copy' || unable.has('encode')) return null;
  return new EncodedFeed(stream, { encoder: codec === 'auto' ? 'h264' : codec, bitrateBps }, parts, events);
}

/** Why a stream that is only to be copied is not published. */
export function whyNotCopied(): StreamerError {
  const sentence = 'It cannot be copied: its source is not H.264 or H.265, or its settings change the pictures';
  return new StreamerError('PUBLISH_IMPOSSIBLE', `${sentence}; take another codec than copy.`);
}
