import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamerError } from '../errors.js';
import { ENCODERS, encodingOptions } from './encoder-options.js';
import type { EncodedCodec, EncoderTraits, EncoderWish } from './encoder-options.js';
import { readFfmpegVersion } from './ffmpeg-version.js';
import { tryFfmpeg } from './trial.js';

export type { EncoderWish } from './encoder-options.js';

/** How to encode, and what to tell whoever wanted it otherwise. */
export interface EncoderChoice {
  readonly codec: EncodedCodec;
  /** FFmpeg's name. */
  readonly encoder: string;
  /** FFmpeg's options before the input: a device, where the encoder has one. */
  readonly globalOptions: readonly string[];
  /** FFmpeg's options between input and output: stream, times, filters and encoder. */
  readonly options: readonly string[];
  readonly warning: string | null;
}

/** An encoder with the options it is tried, and then used, with. */
interface Candidate {
  readonly encoder: string;
  readonly codec: EncodedCodec;
  readonly globalOptions: readonly string[];
  readonly options: readonly string[];
}

const SOFTWARE: Readonly<Record<EncodedCodec, readonly string[]>> = {
  h264: ['libx264', 'libopenh264'],
  h265: ['libx265'],
  mjpeg: ['mjpeg'],
};
const HELP_TIMEOUT_MS = 10_000;
const HARDWARE_TRIAL_MS = 5_000;
/** What needs no driver does not hang, but a busy machine is slow. */
const SOFTWARE_TRIAL_MS = 20_000;
/** A few pictures: some encoders only fail on the second. The least size that hardware takes is about half of it. */
const TRIAL_INPUT = ['-f', 'lavfi', '-i', 'color=size=320x240:rate=25:duration=1'];
const TRIAL_OUTPUT = ['-frames:v', '5', '-f', 'null', '-'];
/** What it does not have, its options included, or has in a version that is too old. */
const UNKNOWN_ENCODER = /Unknown encoder|Unrecognized option/;

/** Why an encoder does not work, null for one that does, by what it was tried with. */
const trials = new Map<string, Promise<string | null>>();

/** What can be asked for as `EncoderWish.encoder`. */
export const ENCODER_NAMES: readonly string[] = [...new Set([...Object.keys(SOFTWARE), ...Object.keys(ENCODERS)])];

/**
 * Finds an encoder that works here: the one that `wish` names, else a software one of its codec, with a warning. Each is
 * tried once in a process.
 *
 * @throws {StreamerError} ENCODER_NOT_FOUND when there is none of that codec; BAD_USAGE when nobody knows the name, the
 *   preset or the pixel format; FFMPEG_NOT_FOUND when FFmpeg does not run.
 */
export async function chooseVideoEncoder(ffmpegPath: string, wish: EncoderWish): Promise<EncoderChoice> {
  const traits = ENCODERS[wish.encoder];
  const codec = traits?.codec ?? codecNamed(wish.encoder);
  checkPixelFormat(wish.pixelFormat);
  if (!traits?.isHardware) return chooseSoftware(ffmpegPath, wish, codec, traits ? [wish.encoder] : SOFTWARE[codec]);
  const candidate = await prepare(ffmpegPath, wish, wish.encoder, traits);
  const fault = await tryOnce(ffmpegPath, wish, candidate, HARDWARE_TRIAL_MS);
  if (fault === null) return { ...candidate, warning: null };
  // What the hardware calls its presets no other encoder knows.
  const instead = await chooseSoftware(ffmpegPath, { ...wish, preset: undefined }, codec, SOFTWARE[codec]);
  const reason = UNKNOWN_ENCODER.test(fault) ? 'this FFmpeg does not have it' : fault;
  const warning = `${wish.encoder} does not work here (${reason}); encoding with ${instead.encoder}.`;
  return { ...instead, warning };
}

async function chooseSoftware(
  ffmpegPath: string,
  wish: EncoderWish,
  codec: EncodedCodec,
  names: readonly string[],
): Promise<EncoderChoice> {
  for (const name of names) {
    const traits = ENCODERS[name];
    if (!traits) continue;
    const candidate = await prepare(ffmpegPath, wish, name, traits);
    const fault = await tryOnce(ffmpegPath, wish, candidate, SOFTWARE_TRIAL_MS);
    if (fault === null) return { ...candidate, warning: null };
    if (!UNKNOWN_ENCODER.test(fault)) throw refusal(name, wish, fault);
  }
  const text = `${ffmpegPath} has no encoder of ${codec} (${names.join(', ')}); install one that has it, or choose another codec.`;
  throw new StreamerError('ENCODER_NOT_FOUND', text);
}

function refusal(name: string, { preset, pixelFormat }: EncoderWish, fault: string): StreamerError {
  const given = [
    ...(preset === undefined ? [] : [`preset ${JSON.stringify(preset)}`]),
    ...(pixelFormat === undefined ? [] : [`pixel format ${pixelFormat}`]),
  ];
  if (given.length === 0) return new StreamerError('ENCODER_NOT_FOUND', `${name} does not work here (${fault}).`);
  return new StreamerError('BAD_USAGE', `${name} does not work with ${given.join(' and ')} (${fault}).`);
}

async function prepare(
  ffmpegPath: string,
  wish: EncoderWish,
  encoder: string,
  traits: EncoderTraits,
): Promise<Candidate> {
  const { passEveryFrame } = await readFfmpegVersion(ffmpegPath);
  const newer = traits.newerOptions ? await knownOptions(ffmpegPath, encoder, traits.newerOptions) : [];
  const options = [...encodingOptions(encoder, traits, wish, passEveryFrame), ...newer];
  return { encoder, codec: traits.codec, globalOptions: traits.globalOptions ?? [], options };
}

/** Those of `options` that the encoder has in this FFmpeg, which would not start with the others. */
async function knownOptions(
  ffmpegPath: string,
  encoder: string,
  options: Readonly<Record<string, string>>,
): Promise<string[]> {
  const asking = promisify(execFile)(ffmpegPath, ['-hide_banner', '-h', `encoder=${encoder}`], {
    timeout: HELP_TIMEOUT_MS,
  });
  const { stdout } = await asking.catch(() => ({ stdout: '' }));
  const known = Object.entries(options).filter(([name]) => stdout.includes(` -${name} `));
  return known.flatMap(([name, value]) => [`-${name}`, value]);
}

function tryOnce(
  ffmpegPath: string,
  wish: EncoderWish,
  candidate: Candidate,
  timeoutMs: number,
): Promise<string | null> {
  const { encoder, globalOptions, options } = candidate;
  const key = JSON.stringify([ffmpegPath, encoder, wish.preset, wish.pixelFormat]);
  const args = [...globalOptions, ...TRIAL_INPUT, ...options, ...TRIAL_OUTPUT];
  const trial = trials.get(key) ?? tryFfmpeg(ffmpegPath, args, { timeoutMs, cause: 'first' });
  trials.set(key, trial);
  return trial;
}

function codecNamed(name: string): EncodedCodec {
  if (name === 'h264' || name === 'h265' || name === 'mjpeg') return name;
  const text = `Nobody knows an encoder ${JSON.stringify(name)}; choose one of ${ENCODER_NAMES.join(', ')}.`;
  throw new StreamerError('BAD_USAGE', text);
}

/** It becomes part of a filter, where other characters have a meaning. */
function checkPixelFormat(pixelFormat: string | undefined): void {
  if (pixelFormat === undefined || /^[a-z0-9_]{1,32}$/.test(pixelFormat)) return;
  const text = `${JSON.stringify(pixelFormat)} is no pixel format of FFmpeg; \`ffmpeg -pix_fmts\` lists them.`;
  throw new StreamerError('BAD_USAGE', text);
}
