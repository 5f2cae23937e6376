import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { wantedPicture } from '../stream-settings.js';
import type { StreamSettings } from '../stream-settings.js';
import { createFileSource } from './file-source.js';
import { createPatternSource } from './pattern-source.js';
import type { Source } from './source.js';
import { probeVideo } from './video-probe.js';

/** What holds for every source of a server. */
export interface SourceParts {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** Options after `-i` that make this FFmpeg pass every decoded frame exactly once. */
  readonly passEveryFrame: readonly string[];
  /** Encodes that run at once; each holds a raw picture. */
  readonly parallelEncodes: number;
  readonly clock: Clock;
  /** Breaks off looking at a source. */
  readonly signal?: AbortSignal | undefined;
}

/** A source that can be started, and in words what it is. */
export interface OpenedSource {
  readonly source: Source;
  readonly summary: string;
}

/** Raw pictures decoded ahead of the schedule. */
const READ_AHEAD_FRAMES = 2;
/** One in the worker, one that waits for it. */
const PROCESSING_FRAMES = 2;

/**
 * Makes a source of what the settings name, whose timeline starts now. A file is looked at; a live source is not reached
 * before it is started.
 *
 * @throws {StreamerError} as `probeVideo` does.
 */
export async function openSource(settings: StreamSettings, parts: SourceParts): Promise<OpenedSource> {
  const { source: spec, processors } = settings;
  const { clock, parallelEncodes, ffprobePath, signal } = parts;
  // Besides those decoded ahead and those in a processor: one a running encode, one that waits for an encoder.
  const processing = processors.length > 0 ? PROCESSING_FRAMES : 0;
  const maxBuffers = READ_AHEAD_FRAMES + processing + parallelEncodes + 1;
  const options = { ...parts, ...settings, maxBuffers, wanted: wantedPicture(settings) };
  if (spec.kind === 'pattern') {
    const source = createPatternSource({ ...options, spec, startTimeUs: clock.nowUs() }, clock);
    return { source, summary: `test pattern ${spec.pattern}, ${describe(source)}` };
  }
  if (spec.kind !== 'file') throw new StreamerError('BAD_USAGE', `Sources of kind ${spec.kind} are in the making.`);
  const probe = await probeVideo(ffprobePath, spec.path, signal);
  const source = createFileSource({ ...options, path: spec.path, probe, startTimeUs: clock.nowUs() }, clock);
  const rate = probe.variableRate ? 'variable rate, evened out' : 'constant rate';
  return { source, summary: `${probe.codec} file, ${describe(source)}, ${rate}` };
}

function describe({ info }: Source): string {
  const { width, height, fps, encoding } = info;
  return `${width}x${height} at ${Number(fps.toFixed(3))} fps, ${encoding.mode}: ${encoding.reason}`;
}
