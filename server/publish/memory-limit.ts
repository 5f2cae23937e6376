import { StreamerError } from '../../shared/errors.js';

/** A video that needs more than the `maxBytes` of memory that are left. */
export function doesNotFit(name: string, maxBytes: number): StreamerError {
  const megabytes = Math.max(0, Math.floor(maxBytes / 1e6));
  return new StreamerError(
    'RESOURCE_LIMIT',
    `Videos are kept in memory, and ${name} does not fit into the ${megabytes} MB that are left; take a shorter one, or --codec h264 with a lower --bitrate.`,
  );
}
