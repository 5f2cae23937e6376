import { execFileSync } from 'node:child_process';
import { freemem } from 'node:os';
import { checkoutCommit } from '../../shared/checkout.js';
import { machineFacts } from '../../shared/machine-facts.js';
import { PACKAGE_ROOT, VERSION } from '../../shared/package-info.js';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';

/** Where and with what the figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly freeMemoryMiB: number;
  readonly system: string;
  /** Processes that wanted to run in the minute before; far above 0, and the figures say little. */
  readonly loadAverage: number;
  readonly versions: {
    readonly frameStreamer: string;
    readonly node: string;
    readonly ffmpeg: string | null;
    readonly gstreamer: string | null;
    readonly sharp: string | null;
  };
  /** Commit of the checkout, with `+` where files differ from it; null outside of one. */
  readonly commit: string | null;
}

/** Looks at this machine and at the programs the benchmark uses. */
export function describeMachine(ffmpeg: FfmpegBinaries): Machine {
  const { cpu, cores, memoryMiB, system, node, loadAverage } = machineFacts();
  return {
    ...{ cpu, cores, memoryMiB, system, loadAverage },
    freeMemoryMiB: Math.round(freemem() / 2 ** 20),
    versions: {
      frameStreamer: VERSION,
      node,
      ffmpeg: /version (\S+)/.exec(output(ffmpeg.ffmpegPath, ['-version']) ?? '')?.[1] ?? null,
      gstreamer: /version (\S+)/.exec(output('gst-launch-1.0', ['--version']) ?? '')?.[1] ?? null,
      sharp: output(process.execPath, ['-p', "require('sharp').versions.sharp"]),
    },
    commit: checkoutCommit(PACKAGE_ROOT),
  };
}

/** The machine in two lines. */
export function formatMachine({ cpu, cores, memoryMiB, system, loadAverage, versions, commit }: Machine): string {
  const { frameStreamer, node, ffmpeg, gstreamer, sharp } = versions;
  const programs = `node ${node}, sharp ${sharp ?? 'none'}, ffmpeg ${ffmpeg ?? 'none'}, gstreamer ${gstreamer ?? 'none'}`;
  return [
    `${cpu}, ${cores} cores, ${memoryMiB} MiB, ${system}, load ${loadAverage}`,
    `frame-streamer ${frameStreamer} (${commit ?? 'no checkout'}), ${programs}`,
  ].join('\n');
}

function output(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
