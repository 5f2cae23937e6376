import type { ApiStream, NewStream, StreamPatch } from '../../../../shared/api/stream-schema.js';
import type { ApiError } from './api-client.js';

/** What stands in the fields of the form: texts, as typed. An empty text is the default. */
export interface StreamFormValues {
  readonly name: string;
  readonly url: string;
  readonly fps: string;
  readonly width: string;
  readonly height: string;
  readonly quality: string;
  readonly policy: string;
  readonly frameBuffer: string;
  readonly onDemand: boolean;
  readonly idleTimeout: string;
  readonly hwaccel: boolean;
  readonly watermark: boolean;
  readonly timecode: boolean;
}

export type StreamField = keyof StreamFormValues;

export const EMPTY_FORM: StreamFormValues = {
  name: '',
  url: '',
  fps: '',
  width: '',
  height: '',
  quality: '',
  policy: '',
  frameBuffer: '',
  onDemand: true,
  idleTimeout: '',
  hwaccel: false,
  watermark: false,
  timecode: false,
};

const NUMBERS = ['fps', 'width', 'height', 'quality', 'frameBuffer', 'idleTimeout'] as const;
/** Settings whose default is `null`, so that a change can take them back. */
const NULLABLE: ReadonlySet<string> = new Set(['fps', 'width', 'height', 'quality']);
const PROCESSORS = ['watermark', 'timecode'] as const;

/** The form of a stream that exists. Its source is empty: the server does not tell passwords, so what it shows is not it. */
export function formOfStream({ name, settings }: ApiStream): StreamFormValues {
  const text = (value: number | null): string => (value === null ? '' : String(value));
  return {
    name,
    url: '',
    fps: text(settings.fps),
    width: text(settings.width),
    height: text(settings.height),
    quality: text(settings.quality),
    policy: settings.policy,
    frameBuffer: text(settings.frameBuffer),
    onDemand: settings.onDemand,
    idleTimeout: text(settings.idleTimeout),
    hwaccel: settings.hwaccel === 'auto',
    watermark: settings.processor.includes('watermark'),
    timecode: settings.processor.includes('timecode'),
  };
}

/** What to send for a new stream: only what was filled in. Whether it is right is for the server to say. */
export function newStreamOf(form: StreamFormValues): NewStream {
  return {
    name: form.name.trim(),
    url: form.url.trim(),
    ...settingsChanged(EMPTY_FORM, form),
  };
}

/** What to send to change a stream: only what is different now. */
export function streamPatchOf(before: StreamFormValues, after: StreamFormValues): StreamPatch {
  const url = after.url.trim();
  return { ...(url !== '' && { url }), ...settingsChanged(before, after) };
}

/** The field that an error is about; null for the whole form. */
export function fieldOfError({ code, message }: ApiError): StreamField | null {
  if (code === 'STREAM_EXISTS') return 'name';
  if (code.startsWith('SOURCE_')) return 'url';
  const named = /\b(name|stream_id|url|rtsp_url|fps|width|height|quality|policy|frameBuffer|idleTimeout)\b/.exec(
    message,
  );
  if (named === null) return null;
  if (named[1] === 'stream_id') return 'name';
  return named[1] === 'rtsp_url' ? 'url' : (named[1] as StreamField);
}

function settingsChanged(before: StreamFormValues, after: StreamFormValues): StreamPatch {
  const changes: Record<string, unknown> = {};
  for (const field of NUMBERS) {
    const text = after[field].trim();
    if (text === before[field]) continue;
    // What is no number goes as it is, for the server to refuse: as a number it would become null, the default.
    if (text !== '') changes[field] = Number.isFinite(Number(text)) ? Number(text) : text;
    else if (NULLABLE.has(field)) changes[field] = null;
  }
  if (after.policy.trim() !== before.policy && after.policy.trim() !== '') changes['policy'] = after.policy.trim();
  if (after.onDemand !== before.onDemand) changes['onDemand'] = after.onDemand;
  if (after.hwaccel !== before.hwaccel) changes['hwaccel'] = after.hwaccel ? 'auto' : 'none';
  if (PROCESSORS.some((name) => after[name] !== before[name])) {
    changes['processor'] = PROCESSORS.filter((name) => after[name]);
  }
  return changes;
}
