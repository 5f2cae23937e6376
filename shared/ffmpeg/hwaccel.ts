import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StreamerError } from '../errors.js';
import { PACKAGE_ROOT } from '../package-info.js';
import { tryFfmpeg } from './trial.js';

/** How to decode, and what to tell whoever wanted it otherwise. */
export interface HwaccelChoice {
  /** FFmpeg's name of a hardware decoder that works, or `none`. */
  readonly hwaccel: string;
  readonly warning: string | null;
}

const TIMEOUT_MS = 10_000;
/** H.264, which every hardware decoder knows. */
const CLIP = join(PACKAGE_ROOT, 'videos', 'sample.mp4');

/** Pixel formats of pictures that stay in the hardware, where they are not called as the method is. */
const HARDWARE_FORMATS: Readonly<Record<string, string>> = {
  d3d11va: 'd3d11',
  d3d12va: 'd3d12',
  drm: 'drm_prime',
  dxva2: 'dxva2_vld',
  videotoolbox: 'videotoolbox_vld',
};

/** Why a method does not work, null for one that does, of every method that was tried: FFmpeg's path and its name. */
const trials = new Map<string, Promise<string | null>>();

/**
 * Checks that this FFmpeg knows the hardware decoder `name`; `none` and `auto` always pass.
 *
 * @throws {StreamerError} BAD_USAGE that lists what there is.
 */
export async function checkHwaccel(ffmpegPath: string, name: string): Promise<void> {
  if (name === 'none' || name === 'auto') return;
  const known = await listHwaccels(ffmpegPath);
  if (known.includes(name)) return;
  const offered = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new StreamerError('BAD_USAGE', `--hwaccel ${name} is unknown to this FFmpeg; ${offered}. Use auto or none.`);
}

/**
 * Finds out how to decode where `wanted` was asked for: the first method for `auto`, or the one that was named, with which
 * this FFmpeg on this machine decodes a clip; else `none`, with a warning. Each method is tried once in a process.
 */
export async function chooseHwaccel(ffmpegPath: string, wanted: string): Promise<HwaccelChoice> {
  if (wanted === 'none') return { hwaccel: 'none', warning: null };
  if (wanted !== 'auto') return choose([wanted], (fault) => `--hwaccel ${wanted} does not work here (${fault})`);
  const methods = await listHwaccels(ffmpegPath).catch(() => []);
  const tried = methods.length === 0 ? 'FFmpeg knows none' : `tried ${methods.join(', ')}`;
  return choose(methods, () => `No hardware decoder works here (${tried})`);

  async function choose(candidates: readonly string[], complain: (fault: string) => string): Promise<HwaccelChoice> {
    let lastFault = '';
    for (const method of candidates) {
      const fault = await tryOnce(ffmpegPath, method);
      if (fault === null) return { hwaccel: method, warning: null };
      lastFault = fault;
    }
    return { hwaccel: 'none', warning: `${complain(lastFault)}; decoding in software.` };
  }
}

/** Hardware decoders this FFmpeg was built with; whether the machine has them only shows in use. */
async function listHwaccels(ffmpegPath: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(ffmpegPath, ['-hide_banner', '-hwaccels'], { timeout: TIMEOUT_MS });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z0-9_]+$/.test(line));
}

function tryOnce(ffmpegPath: string, method: string): Promise<string | null> {
  const key = `${ffmpegPath}\n${method}`;
  const trial = trials.get(key) ?? tryMethod(ffmpegPath, method);
  trials.set(key, trial);
  return trial;
}

/**
 * FFmpeg decodes in software, without a word, what the hardware cannot, so the first trial keeps the pictures in the
 * hardware and fetches them from there, which fails with others. The second one decodes as the sources do.
 */
async function tryMethod(ffmpegPath: string, method: string): Promise<string | null> {
  const keptThere = ['-hwaccel_output_format', HARDWARE_FORMATS[method] ?? method];
  return (
    (await decodeClip(ffmpegPath, ['-hwaccel', method, ...keptThere], 'hwdownload,format=nv12')) ??
    (await decodeClip(ffmpegPath, ['-hwaccel', method], 'scale=64:36,format=rgb24'))
  );
}

/** Decodes the beginning of the clip; resolves to what went wrong, or null. */
function decodeClip(ffmpegPath: string, decoding: readonly string[], filters: string): Promise<string | null> {
  const output = ['-an', '-frames:v', '3', '-vf', filters, '-f', 'null', '-'];
  return tryFfmpeg(ffmpegPath, ['-protocol_whitelist', 'file', ...decoding, '-i', `file:${CLIP}`, ...output]);
}
