import { describe, expect, it } from 'vitest';
import { statsMessage } from '../../../client/stats-message.js';
import { decodeMessage } from '../../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MessageType, PREFIX_BYTES } from '../../../shared/protocol/messages.js';
import type { Stats } from '../../../shared/protocol/messages.js';

function statsOf(streams: number, latency: string | undefined): Stats {
  const counts = { received: 30, lost: 0, skipped: 0, corrupt: 0, bytes: 1_000_000 };
  const list = Array.from({ length: streams }, (_, index) => ({ streamId: index + 1, ...counts, latency }));
  return { intervalMs: 1000, streams: list };
}

function decoded(message: Buffer | null): unknown {
  const decodedMessage = message && decodeMessage(MessageType.STATS, message.subarray(PREFIX_BYTES));
  return decodedMessage && 'body' in decodedMessage ? decodedMessage.body : null;
}

describe('statsMessage', () => {
  it('has everything where it fits', () => {
    const stats = statsOf(3, 'x'.repeat(1400));
    expect(decoded(statsMessage(stats))).toEqual(stats);
  });

  it('leaves the histograms out where they do not fit', () => {
    const message = statsMessage(statsOf(100, 'x'.repeat(1400)));
    expect(message!.length - PREFIX_BYTES).toBeLessThanOrEqual(MAX_BODY_BYTES[MessageType.STATS]);
    expect(decoded(message)).toEqual(statsOf(100, undefined));
  });

  it('is nothing where not even the counts fit', () => {
    expect(statsMessage(statsOf(1024, undefined))).toBeNull();
  });
});
