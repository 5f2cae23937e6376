import { basename } from 'node:path';
import type { ApiStream } from '../../shared/api/stream-schema.js';
import type { Notice } from '../../shared/protocol/messages.js';
import { redactUrl, redactUsers } from '../../shared/redact.js';
import { processorText } from '../pipeline/processor-spec.js';
import { sourceText } from '../sources/source-text.js';
import type { ControlledStream } from '../stream-control.js';
import type { StreamSettings } from '../stream-settings.js';

/** What a stream does besides streaming. */
export interface StreamUse {
  readonly viewers: number;
  readonly isRecording: boolean;
  readonly rtsp: ApiStream['rtsp'];
}

/** A stream as the API shows it; the secrets of its source are left out. */
export function streamView({ stream, settings }: ControlledStream, use: StreamUse): ApiStream {
  const { name, description, reason } = stream;
  const { width, height, fps, timeSource, encoding } = description;
  const url = shownSource(settings);
  return {
    ...{ name, stream_id: name, url, rtsp_url: url },
    state: stream.info().state,
    reason: reason ? shownReason(reason) : null,
    ...{ width, height, fps, timeSource },
    encoding: { mode: encoding.mode, reason: encoding.reason },
    ...use,
    isAdded: settings.isGuarded,
    settings: settingsView(settings),
  };
}

/** Why a stream is as it is, as everybody may see it: the hub has it without secrets, but with who logs in there. */
export function shownReason({ code, message }: Notice): Notice {
  return { code, message: redactUsers(message) };
}

/**
 * The source of a stream as everybody may see it: of a file its name, since not even who may change streams is to learn
 * how the machine is laid out; of an address all but its secrets and
 * who logs in there.
 */
export function shownSource({ source }: Pick<StreamSettings, 'source'>): string {
  if (source.kind !== 'file') return redactUsers(redactUrl(sourceText(source)));
  const name = basename(source.path);
  return sourceText({ ...source, path: name === '' ? source.path : name });
}

function settingsView(settings: StreamSettings): ApiStream['settings'] {
  const { fps, width, height, quality, hwaccel, frameBuffer, policy, onDemand, idleTimeoutMs, processors } = settings;
  return {
    ...{ fps, width, height, quality, hwaccel, frameBuffer, policy, onDemand },
    idleTimeout: idleTimeoutMs / 1000,
    processor: processors.map(processorText),
  };
}
