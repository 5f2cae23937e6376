import type { Clock } from '../../shared/clock.js';
import type { DecodeOptions } from './decode-options.js';
import { createFileSource } from './file-source.js';
import { createPatternSource } from './pattern-source.js';
import type { Source } from './source.js';
import type { SourceSpec } from './source-spec.js';
import { probeVideo } from './video-probe.js';

/** What holds for every source of a server; null where the source's own is kept. */
export interface OpenSourceOptions extends DecodeOptions {
  readonly ffprobePath: string;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly loop: boolean;
  /** Breaks off looking at the source. */
  readonly signal?: AbortSignal | undefined;
}

/** A source that can be started, and in words what it is. */
export interface OpenedSource {
  readonly source: Source;
  readonly summary: string;
}

/**
 * Looks at what `spec` names and makes a source of it, whose timeline starts now.
 *
 * @throws {StreamerError} as `probeVideo` does.
 */
export async function openSource(spec: SourceSpec, options: OpenSourceOptions, clock: Clock): Promise<OpenedSource> {
  if (spec.kind === 'pattern') {
    const source = createPatternSource({ ...options, spec, startTimeUs: clock.nowUs() }, clock);
    return { source, summary: `test pattern ${spec.pattern}, ${describe(source)}` };
  }
  const probe = await probeVideo(options.ffprobePath, spec.path, options.signal);
  const source = createFileSource({ ...options, path: spec.path, probe, startTimeUs: clock.nowUs() }, clock);
  const rate = probe.variableRate ? 'variable rate, evened out' : 'constant rate';
  return { source, summary: `${probe.codec} file, ${describe(source)}, ${rate}, decoded and encoded as JPEG` };
}

function describe({ info }: Source): string {
  return `${info.width}x${info.height} at ${Number(info.fps.toFixed(3))} fps`;
}
