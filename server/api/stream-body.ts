import type { NewStream, StreamPatch } from '../../shared/api/stream-schema.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { ALL_STREAMS, isStreamName } from '../../shared/stream-name.js';
import { parseUrl, URL_SCHEMES } from '../sources/live-spec.js';
import type { DeviceSpec, LiveSpec } from '../sources/live-spec.js';
import { withFreeName } from '../sources/source-spec.js';
import { streamSettings } from '../stream-config.js';
import type { StreamOptionValues } from '../stream-options.js';
import type { StreamSettings } from '../stream-settings.js';
import type { StreamChange } from '../streams.js';
import { shownSource } from './stream-view.js';

type NetworkSource = Exclude<LiveSpec, DeviceSpec>;

/** What the bodies of `POST` and `PATCH` have in common. */
type AskedSettings = Omit<StreamPatch, 'url' | 'rtsp_url'>;

/**
 * The settings of a stream that was asked for over HTTP: what the body leaves out is as the server's own options have it.
 * Without a name it gets one from its address, unlike those `taken`.
 *
 * @throws {StreamerError} BAD_REQUEST; SOURCE_FORBIDDEN for a source that is not on the network.
 */
export function newStreamSettings(
  body: NewStream,
  defaults: StreamOptionValues,
  taken: Iterable<string>,
): StreamSettings {
  const { name: ownName, stream_id, url: ownUrl, rtsp_url, ...asked } = body;
  const url = oneOf({ url: ownUrl, rtsp_url });
  const name = oneOf({ name: ownName, stream_id });
  if (url === undefined) throw badRequest('A stream needs a url (or rtsp_url): the address of its source.');
  if (name !== undefined) checkName(name);
  const source = networkSource(url);
  const named = name === undefined ? withFreeName(source, taken) : { ...source, name };
  return { ...streamSettings(named, { ...defaults, ...given(asked) }), isGuarded: true };
}

/**
 * What a `PATCH` changes. What the API shows of the present source, with its password or its folder left out, means that
 * source, so that what was read can be sent back.
 *
 * @throws {StreamerError} BAD_REQUEST, SOURCE_FORBIDDEN
 */
export function streamChange(body: StreamPatch, present: StreamSettings, defaults: StreamOptionValues): StreamChange {
  const { url: ownUrl, rtsp_url, ...asked } = body;
  const url = oneOf({ url: ownUrl, rtsp_url });
  const isNewSource = url !== undefined && url !== shownSource(present);
  const source = isNewSource ? { ...networkSource(url), name: present.name } : present.source;
  const all = streamSettings(source, { ...defaults, ...given(asked) });
  const settings = Object.keys(given(asked)).flatMap((key) => SETTINGS_OF[key as keyof AskedSettings] ?? []);
  const change = Object.fromEntries(settings.map((key) => [key, all[key]]));
  return { ...change, ...(isNewSource && { source: all.source, isGuarded: true }) };
}

/** What each field of a body sets. */
const SETTINGS_OF: Readonly<Record<keyof AskedSettings, keyof StreamSettings>> = {
  fps: 'fps',
  width: 'width',
  height: 'height',
  quality: 'quality',
  hwaccel: 'hwaccel',
  frameBuffer: 'frameBuffer',
  policy: 'policy',
  onDemand: 'onDemand',
  idleTimeout: 'idleTimeoutMs',
  processor: 'processors',
};

/** The fields that are there, so that one that is not takes no default away. */
function given(asked: AskedSettings): Partial<StreamOptionValues> {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** The value that two fields of the same meaning have. */
function oneOf(pair: Readonly<Record<string, string | undefined>>): string | undefined {
  const [first, second] = Object.values(pair);
  if (first === undefined || second === undefined || first === second) return first ?? second;
  throw badRequest(`${Object.keys(pair).join(' and ')} mean the same and must not differ; leave one out.`);
}

function checkName(name: string): void {
  if (name === ALL_STREAMS) throw badRequest(`A stream cannot be named "${ALL_STREAMS}", which means every stream.`);
  if (!isStreamName(name)) throw badRequest('The name of a stream needs a letter or a digit.');
}

/** Only addresses of the network: whoever may use the API must not read this machine's files and devices with it. */
function networkSource(url: string): NetworkSource {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (!URL_SCHEMES.includes(scheme)) {
    const sentence = `Over HTTP a source must begin with one of ${URL_SCHEMES.map((each) => `${each}://`).join(', ')}.`;
    throw new StreamerError('SOURCE_FORBIDDEN', sentence);
  }
  if (/[:/]\*\*\*@|=\*\*\*(?:&|#|$)/.test(url)) {
    throw badRequest('The address has *** where its user or password was hidden; write these themselves.');
  }
  try {
    return parseUrl(url);
  } catch (cause) {
    throw new StreamerError('BAD_REQUEST', toStreamerError(cause).message, { cause });
  }
}

function badRequest(sentence: string): StreamerError {
  return new StreamerError('BAD_REQUEST', sentence);
}
