import type { ProbedPicture, ProbeReader, ProbeRun, ProbeSink } from '../../client/probe/probe-events.js';
import { parseTargets } from '../../client/probe/probe-target.js';
import type { ProbeTarget } from '../../client/probe/probe-target.js';
import { MIN_HEIGHT, MIN_WIDTH } from '../../shared/timecode/timecode-layout.js';
import { writeTimecode } from '../../shared/timecode/timecode-writer.js';
import type { Timecode } from '../../shared/timecode/timecode.js';

/** The path that `text` names. */
export function targetOf(text: string): ProbeTarget {
  const [target] = parseTargets([text]);
  if (!target) throw new Error('there is no target');
  return target;
}

/** A picture of one even grey, 1280x720 scaled down to nearly nothing. */
export function greyPicture(arrivalTimeUs: number, level: number, others: Partial<ProbedPicture> = {}): ProbedPicture {
  const luma = { data: new Uint8Array(32 * 18).fill(level), width: 32, height: 18 };
  return {
    ...{ arrivalTimeUs, mediaTimeUs: null, lengthBytes: 1000, width: 1280, height: 720, luma, stated: null },
    ...others,
  };
}

/** A picture that shows `code`. */
export function codedPicture(
  arrivalTimeUs: number,
  code: Timecode,
  others: Partial<ProbedPicture> = {},
): ProbedPicture {
  const [width, height] = [2 * MIN_WIDTH, 2 * MIN_HEIGHT];
  const rgb = new Uint8Array(width * height * 3).fill(90);
  writeTimecode(rgb, width, height, code);
  const data = Uint8Array.from({ length: width * height }, (_, index) => rgb[index * 3] ?? 0);
  return greyPicture(arrivalTimeUs, 0, { luma: { data, width, height }, ...others });
}

/** A reader that does what a test says. Each start is another run, and `sink` is that of the newest. */
export class FakeReader implements ProbeReader {
  starts = 0;
  stops = 0;
  private newest: ProbeSink | null = null;

  get sink(): ProbeSink {
    if (!this.newest) throw new Error('nobody started it');
    return this.newest;
  }

  start(sink: ProbeSink): ProbeRun {
    this.starts += 1;
    this.newest = sink;
    return {
      stop: () => {
        this.stops += 1;
        return Promise.resolve();
      },
    };
  }
}
