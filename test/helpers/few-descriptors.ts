import { closeSync, openSync } from 'node:fs';
import { runFfmpeg } from './ffmpeg-run.js';
import { until } from './until.js';

/** How a start ended, with so many descriptors to spare. */
export interface StartWithFew {
  readonly spare: number;
  /** `ran`, or why not. */
  readonly outcome: string;
  /** How often the end of the output and the exit were told; a child that ran was stopped. */
  readonly ends: number;
  readonly exits: number;
  /** Descriptors left when it was over. */
  readonly free: number;
}

/*
 * A program of its own, to be run with a low limit of open files: starts the FFmpeg of its argument with 0, 1, 2 …
 * descriptors to spare and prints, as JSON, how each start ended.
 */
const ffmpegPath = process.argv[2] ?? '';
const mostSpare = 16;

// Once with room enough, so that everything that is opened only once is open.
await start();
const taken = takeAllDescriptors();
const results: StartWithFew[] = [];
for (let spare = 0; spare <= mostSpare; spare += 1) {
  for (const descriptor of taken.splice(0, spare)) closeSync(descriptor);
  const started = await start();
  taken.push(...takeAllDescriptors());
  results.push({ spare, ...started, free: taken.length });
}
console.log(JSON.stringify(results));

async function start(): Promise<Pick<StartWithFew, 'outcome' | 'ends' | 'exits'>> {
  const { run, sink, exit, exits } = runFfmpeg(ffmpegPath, {}, { limitBytes: 1 });
  await until(() => sink.bytes > 0 || exits.length > 0);
  if (exits.length > 0) await until(() => sink.ends > 0);
  await run.stop();
  return { outcome: (await exit)?.message ?? 'ran', ends: sink.ends, exits: exits.length };
}

function takeAllDescriptors(): number[] {
  const descriptors: number[] = [];
  for (;;) {
    try {
      descriptors.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EMFILE') return descriptors;
      throw error;
    }
  }
}
