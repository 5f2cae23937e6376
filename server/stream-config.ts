import { resolve } from 'node:path';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import { checkedValues } from '../shared/option-table.js';
import type { GivenValue } from '../shared/option-table.js';
import { isStreamName } from '../shared/stream-name.js';
import { nearest } from '../shared/suggestion.js';
import type { GivenSource } from './config-schema.js';
import { parseProcessorSpec } from './pipeline/processor-spec.js';
import { parseSourceSpecs } from './sources/source-spec.js';
import type { SourceSpec } from './sources/source-spec.js';
import { STREAM_OPTIONS } from './stream-options.js';
import type { StreamOptionValues } from './stream-options.js';
import type { RecordSettings, RtspSettings, StreamSettings } from './stream-settings.js';

/** Where a list of sources was given, for errors. */
export type Place = Pick<GivenValue, 'place' | 'code'>;

/** Keys of a source in the configuration file. */
export const SOURCE_KEYS: readonly string[] = ['name', 'url', ...Object.keys(STREAM_OPTIONS)];

/**
 * The settings of every stream: each source's own where it has any, else those of the server.
 *
 * @throws {StreamerError} with the code of `place`, or UNKNOWN_KEY.
 */
export function streamsFrom(given: readonly GivenSource[], values: StreamOptionValues, place: Place): StreamSettings[] {
  const own = given.map((source, index) => settingsOf(source, `${place.place} (source ${index + 1})`, place.code));
  const specs = inPlace(place, () => parseSourceSpecs(own.map(({ text }) => text)));
  return specs.map((source, index) =>
    inPlace(place, () => streamSettings(source, { ...values, ...own[index]?.values })),
  );
}

interface OwnSettings {
  /** The source as on the command line. */
  readonly text: string;
  readonly values: Partial<StreamOptionValues>;
}

function settingsOf(source: GivenSource, place: string, code: GivenValue['code']): OwnSettings {
  if (typeof source === 'string') return { text: source, values: {} };
  const { name, url, ...settings } = source;
  const unknown = Object.keys(settings).find((key) => !SOURCE_KEYS.includes(key));
  if (unknown !== undefined) throw unknownKey(unknown, place);
  if (typeof url !== 'string' || url === '') throw new StreamerError(code, `${place} needs a url: the source as text.`);
  if (name !== undefined && (typeof name !== 'string' || !isStreamName(name))) {
    throw new StreamerError(code, `The name of ${place} must be 1 to 64 letters, digits, _, . and -.`);
  }
  const given = Object.entries(settings).map(([key, value]) => ({ key, value, place: `${key} of ${place}`, code }));
  return { text: name === undefined ? url : `${name}=${url}`, values: checkedValues(STREAM_OPTIONS, given) };
}

function unknownKey(key: string, place: string): StreamerError {
  const meant = nearest(key, SOURCE_KEYS);
  const hint = meant === null ? `the keys are ${SOURCE_KEYS.join(', ')}.` : `did you mean ${meant}?`;
  return new StreamerError('UNKNOWN_KEY', `${place}: there is no key ${JSON.stringify(key)}; ${hint}`);
}

/**
 * What these values ask of a stream that is named as its source is.
 *
 * @throws {StreamerError} BAD_USAGE for a processor that cannot be.
 */
export function streamSettings(source: SourceSpec, values: StreamOptionValues): StreamSettings {
  const { fps, width, height, quality, loop, hwaccel, frameBuffer, policy, onDemand, idleTimeout } = values;
  const folder = resolve('.');
  return {
    name: source.name,
    source: Object.freeze(source),
    isGuarded: false,
    ...{ fps, width, height, quality, loop, hwaccel, frameBuffer, policy, onDemand },
    idleTimeoutMs: idleTimeout * 1000,
    processors: (values.processor ?? []).map((text) => parseProcessorSpec(text, folder)),
    record: values.record === null ? null : recordSettings(values.record, values),
    rtsp: values.rtspPublish === null ? null : rtspSettings(values.rtspPublish, source.name, values),
  };
}

/** How a stream is recorded into `directory` with these values. */
export function recordSettings(directory: string, values: StreamOptionValues): RecordSettings {
  const { recordFormat: format, recordSegment, recordKeep } = values;
  return {
    directory: resolve(directory),
    format,
    segmentSeconds: recordSegment.seconds,
    segmentBytes: recordSegment.bytes,
    keepSeconds: recordKeep?.seconds ?? null,
    keepBytes: recordKeep?.bytes ?? null,
  };
}

/** How the stream `name` is published to the server at `address`: under its name, behind whatever path that has. */
function rtspSettings(address: string, name: string, values: StreamOptionValues): RtspSettings {
  const [, base = '', query = ''] = /^([^?]*?)\/*(\?.*)?$/.exec(address) ?? [];
  return { url: `${base}/${name}${query}`, codec: values.rtspCodec, bitrateBps: values.rtspBitrate };
}

/** A flag is blamed by the sentence itself; a variable or a file needs its place before it. */
function inPlace<T>({ place, code }: Place, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const error = toStreamerError(thrown);
    if (code === 'BAD_USAGE' || error.code === 'UNKNOWN_KEY') throw error;
    throw new StreamerError(code, `${place}: ${error.message}`, { cause: thrown });
  }
}
