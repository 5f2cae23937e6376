import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../../shared/timecode/crc32.js';

describe('crc32', () => {
  it('has the check value of its catalogue entry', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  it('is 0 for nothing', () => {
    expect(crc32([])).toBe(0);
  });

  // Older versions of Node 20 do not have it.
  it.runIf('crc32' in zlib)('agrees with zlib', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => crc32(bytes) === zlib.crc32(bytes)));
  });
});
