import { inflateSync } from 'node:zlib';

import hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';

import { correctHeader, openEnvelope, sealEnvelope } from '../../../shared/histogram-envelope.js';
import { envelopeOf, plainHistogram } from '../../helpers/encoded-histogram.js';
import { errorOf } from '../../helpers/error-of.js';

const PLAIN = plainHistogram([2, 4, 6]);

describe('openEnvelope', () => {
  it('gives back what sealEnvelope took', () => {
    expect(openEnvelope(sealEnvelope(PLAIN))).toEqual(PLAIN);
  });

  it('takes every word size that a version 2 may state', () => {
    expect(openEnvelope(envelopeOf(plainHistogram([2], { cookie: 0x1c849303 }), 0x1c849304))).toHaveLength(41);
  });

  it.each([
    ['nothing', '', 'too short'],
    ['seven bytes', Buffer.alloc(7).toString('base64'), 'too short'],
    ['another text', Buffer.from('no histogram at all').toString('base64'), 'not of version 2'],
    ['version 1', envelopeOf(PLAIN, 0x1c849312), 'not of version 2'],
    ['version 1 inside', envelopeOf(plainHistogram([2], { cookie: 0x1c849311 })), 'not of version 2'],
    ['a byte too few', withoutLastByte(envelopeOf(PLAIN)), 'cut off'],
    ['no deflated bytes', 'HISTFAAAAAA=', 'cannot be inflated'],
    ['a header that is cut', envelopeOf(PLAIN.subarray(0, 39)), 'no header'],
    ['a payload that is cut', envelopeOf(PLAIN.subarray(0, 42)), 'wrong length'],
    ['a stated length of 4 GiB', envelopeOf(plainHistogram([2], { payloadBytes: 2 ** 32 - 1 })), 'wrong length'],
    ['a stated length of 0', envelopeOf(plainHistogram([2], { payloadBytes: 0 })), 'wrong length'],
    ['a deflate bomb', envelopeOf(Buffer.alloc(2 ** 20 + 1)), 'cannot be inflated'],
  ])('refuses %s', (_name, base64, problem) => {
    const { code, message } = errorOf(() => openEnvelope(base64));
    expect(code).toBe('BAD_MESSAGE');
    expect(message).toContain(problem);
  });
});

describe('correctHeader', () => {
  it('writes the index offset and the ratio that the format wants, and changes nothing else', () => {
    const counts = hdr.build();
    counts.recordValue(1234);
    const theirs = hdr.encodeIntoCompressedBase64(counts);
    const expected = inflateSync(Buffer.from(theirs, 'base64').subarray(8));
    expected.writeUInt32BE(0, 8);
    expected.writeDoubleBE(1, 32);
    expect(openEnvelope(correctHeader(theirs))).toEqual(expected);
  });
});

function withoutLastByte(base64: string): string {
  return Buffer.from(base64, 'base64').subarray(0, -1).toString('base64');
}
