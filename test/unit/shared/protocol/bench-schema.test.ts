import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamerError } from '../../../../shared/errors.js';
import {
  isBenchRequest,
  MAX_HISTOGRAM_CHARS,
  MAX_OWN_DELAY_US,
  MAX_LISTED_DEVICES,
  MAX_TIMELINE_BUCKETS,
} from '../../../../shared/protocol/bench-messages.js';
import type { BenchBody } from '../../../../shared/protocol/bench-messages.js';
import { decodeMessage, encodeBench } from '../../../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MessageType, PREFIX_BYTES } from '../../../../shared/protocol/messages.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { validVectors } from '../../../helpers/vectors.js';

const WIDE = '☃';
const MOST = Number.MAX_SAFE_INTEGER;

/** A result with the longest of everything; JSON may hold numbers and text in a shorter form than ours. */
function longest() {
  const buckets = (value: number) => Array.from({ length: MAX_TIMELINE_BUCKETS }, () => value);
  return resultOf([1], {
    ownDelayP99Us: MAX_OWN_DELAY_US,
    ...{ fromTimeUs: MOST, toTimeUs: MOST, received: MOST, lost: MOST, skipped: MOST, corrupt: MOST, bytes: MOST },
    ...{ reconnects: MOST, outageMs: MOST, latency: 'A'.repeat(MAX_HISTOGRAM_CHARS), latencyNegative: null },
    clock: { offsetUs: -MOST, errorUs: MOST, driftPpm: -1e-7 / 3, rttMinUs: MOST, rttP50Us: MOST },
    timeline: {
      bucketMs: 86_400_000,
      frames: buckets(2 ** 40),
      latencyP50Us: buckets(-(2 ** 40)),
      latencyP99Us: buckets(-(2 ** 40)),
    },
    about: WIDE.repeat(200),
  });
}

describe('the longest bodies that the bounds allow', () => {
  const device = {
    id: MOST,
    name: WIDE.repeat(64),
    platform: 'browser',
    joinedTimeUs: MOST,
    leftTimeUs: MOST,
  } as const;
  const bodies: BenchBody[] = [
    { kind: 'deviceResult', deviceId: MOST, ...longest() },
    { kind: 'result', benchId: MOST, ...longest() },
    { kind: 'devices', devices: Array.from({ length: MAX_LISTED_DEVICES }, () => device) },
    { kind: 'over', benchId: MOST, reason: WIDE.repeat(1024) },
  ];

  it.each(bodies)('$kind fits the message', (body) => {
    const bytes = encodeBench(body);
    expect(bytes.length).toBeLessThanOrEqual(PREFIX_BYTES + MAX_BODY_BYTES[MessageType.BENCH]);
    expect(decodeMessage(MessageType.BENCH, bytes.subarray(PREFIX_BYTES))).toEqual({ type: MessageType.BENCH, body });
  });
});

describe('decoding a BENCH', () => {
  it('makes what a device says of itself fit for a terminal', () => {
    const body = { kind: 'result', benchId: 1, ...resultOf([1], { about: 'a\u001b[2J\u202eb' }) };
    const decoded = decodeMessage(MessageType.BENCH, Buffer.from(JSON.stringify(body)));
    expect(decoded).toMatchObject({ body: { about: 'a\ufffd[2J\ufffdb' } });
  });

  it('whatever was sent gives a body that can be passed on, or BAD_MESSAGE', () => {
    const fields = validVectors.filter(({ type }) => type === 'BENCH').map((vector) => vector.fields);
    const mutated = fc
      .tuple(fc.constantFrom(...fields), fc.dictionary(fc.constantFrom(...keysOf(fields)), fc.jsonValue()))
      .map(([body, changes]) => ({ ...body, ...changes }));
    fc.assert(
      fc.property(mutated, (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const decoded = bodyOrCode(bytes);
        if (typeof decoded === 'string') expect(decoded).toBe('BAD_MESSAGE');
        else expect(bodyOrCode(encodeBench(decoded).subarray(PREFIX_BYTES))).toStrictEqual(decoded);
      }),
      { numRuns: 500 },
    );
  });
});

it('tells what a client says from what a server says', () => {
  for (const { direction, hex, type } of validVectors) {
    if (type !== 'BENCH') continue;
    const decoded = bodyOrCode(Buffer.from(hex, 'hex').subarray(PREFIX_BYTES));
    if (typeof decoded === 'string') throw new Error(decoded);
    expect(isBenchRequest(decoded)).toBe(direction === 'client-to-server');
  }
});

function keysOf(fields: readonly (Readonly<Record<string, unknown>> | null)[]): string[] {
  return [...new Set(fields.flatMap((value) => Object.keys(value ?? {})))].filter((key) => key !== 'kind');
}

function bodyOrCode(bytes: Buffer): BenchBody | string {
  try {
    const message = decodeMessage(MessageType.BENCH, bytes);
    return message?.type === MessageType.BENCH ? message.body : 'another message';
  } catch (error) {
    if (error instanceof StreamerError) return error.code;
    throw error;
  }
}
