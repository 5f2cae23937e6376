import { formatDurationUs } from '../../shared/units.js';
import type { Finding, Subject } from '../report/run-report-schema.js';
import { exactCount } from '../report/sections/words.js';
import { findingOf, namesOf } from './finding.js';

/** People wait for a picture so long before they think that it is broken. */
const SLOW_FIRST_FRAME_US = 3_000_000;

/** Cameras whose first picture takes long, and those whose pictures are broken or missing. */
export function pictureFindings(cameras: readonly Subject[]): Finding[] {
  const losing = cameras.filter(({ canTellLost, frames }) => canTellLost && frames.lost > 0);
  return [
    ...finding(
      cameras.filter(({ firstFrameUs }) => (firstFrameUs.p50 ?? 0) > SLOW_FIRST_FRAME_US),
      (names) =>
        `${names} took more than 3 s to the first frame; a shorter key frame interval or fewer viewers may help.`,
      ({ firstFrameUs }) => `first frame after ${formatDurationUs(firstFrameUs.p50)} (median of ${firstFrameUs.count})`,
    ),
    ...finding(
      cameras.filter(({ frames }) => frames.corrupt > 0),
      (names) => `${names} sent frames that are no JPEG, or a broken one; update the camera, or look at its settings.`,
      ({ frames }) => `corrupt ${exactCount(frames.corrupt)} of ${exactCount(frames.received)} frames`,
    ),
    ...finding(
      losing.filter((camera) => isHttp(camera)),
      (names) =>
        `Of ${names} frames were not sent or lost; TCP loses none, so look at outages, and at what the camera leaves out for a slow reader.`,
      ({ frames }) => `not sent or lost ${exactCount(frames.lost)}, received ${exactCount(frames.received)}`,
    ),
    ...finding(
      losing.filter((camera) => !isHttp(camera)),
      (names) => `Of ${names} frames are missing that were sent; look at the network, and at UDP where it is used.`,
      ({ frames }) => `lost ${exactCount(frames.lost)}, received ${exactCount(frames.received)}`,
    ),
  ];
}

/** Whoever numbers pictures over HTTP does not say which of them were left out on purpose. */
function isHttp({ target }: Subject): boolean {
  return /^https?:/.test(target ?? '');
}

function finding(
  cameras: readonly Subject[],
  sentenceOf: (names: string) => string,
  figureOf: (camera: Subject) => string,
): Finding[] {
  return cameras.length === 0 ? [] : [findingOf('warning', sentenceOf(namesOf(cameras)), cameras, figureOf)];
}
