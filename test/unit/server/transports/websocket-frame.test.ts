import { describe, expect, it } from 'vitest';
import { beginBinaryFrame } from '../../../../server/transports/websocket-frame.js';

describe('beginBinaryFrame', () => {
  it.each([
    [2, '8202'],
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
    [2 ** 32, '827f0000000100000000'],
    [2 ** 48 - 1, '827f0000ffffffffffff'],
  ])('begins a message of %i bytes with %s', (lengthBytes, head) => {
    expect(beginBinaryFrame(lengthBytes, Buffer.from('abcd', 'hex')).toString('hex')).toBe(`${head}abcd`);
  });
});
