import { StreamerError } from '../shared/errors.js';
import type { GivenValue } from '../shared/option-table.js';
import type { ServerOptionValues } from './options.js';

/** Stands for the MediaMTX that is still to be started: no host can have such a name (RFC 6761, section 6.4). */
export const NOT_YET = 'rtsp://mediamtx.invalid';

/**
 * The options when a MediaMTX of our own is asked for: streams that are not published elsewhere, or not at all, go there.
 *
 * @throws {StreamerError} when every stream is to go elsewhere.
 */
export function publishedToOwn(values: ServerOptionValues, given: readonly GivenValue[]): ServerOptionValues {
  if (!values.mediamtx) return values;
  if (values.rtspPublish === null) return { ...values, rtspPublish: NOT_YET };
  const { place, code } = given.find(({ key }) => key === 'rtspPublish') ?? {
    place: 'rtspPublish',
    code: 'BAD_CONFIG',
  };
  throw new StreamerError(code, `${place} names another RTSP server than that of --mediamtx; leave one of them out.`);
}
