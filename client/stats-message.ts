import { StreamerError } from '../shared/errors.js';
import { encodeStats } from '../shared/protocol/codec.js';
import type { Stats } from '../shared/protocol/messages.js';

/**
 * The STATS message for `stats`. With very many streams the histograms do not fit into its limit and are left out; null
 * where not even the counts fit, which only a server that makes up streams by the hundred can bring about.
 */
export function statsMessage(stats: Stats): Buffer | null {
  return (
    encoded(stats) ?? encoded({ ...stats, streams: stats.streams.map((stream) => ({ ...stream, latency: undefined })) })
  );
}

function encoded(stats: Stats): Buffer | null {
  try {
    return encodeStats(stats);
  } catch (error) {
    if (error instanceof StreamerError && error.code === 'MESSAGE_TOO_LONG') return null;
    throw error;
  }
}
