import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HAS_PICTURE, IS_START, lookIntoPayload } from '../../../../client/load/rtp-payload.js';
import type { RtpCodec } from '../../../../client/load/sdp-video.js';
import { codedVideo } from '../../../helpers/coded-pictures.js';

const BOTH = HAS_PICTURE | IS_START;

describe('lookIntoPayload', () => {
  it.each([
    ['h264', 'a key slice', '6588', BOTH],
    ['h264', 'a later slice', '4108', HAS_PICTURE],
    ['h264', 'a parameter set', '6742', IS_START],
    ['h264', 'a delimiter', '09f0', IS_START],
    ['h264', 'the begin of a slice', '7c8588', BOTH],
    ['h264', 'a piece of a slice', '7c0588', HAS_PICTURE],
    ['h264', 'the begin of a later slice', '7c8508', HAS_PICTURE],
    ['h264', 'a piece of extra information', '7c06ff', 0],
    ['h264', 'parameters and a slice in one', '18000267420003658811', BOTH],
    ['h264', 'a later slice and parameters in one', '18000341081100026742', HAS_PICTURE],
    ['h264', 'an aggregate of nothing', '180000', 0],
    ['h265', 'a key slice', '2601af', BOTH],
    ['h265', 'a later slice', '26012f', HAS_PICTURE],
    ['h265', 'a parameter set', '4001af', IS_START],
    ['h265', 'the begin of a slice', '620193af', BOTH],
    ['h265', 'a piece of a slice', '620113af', HAS_PICTURE],
    ['h265', 'parameters and a slice in one', '60010002400100032601af', BOTH],
    ['mjpeg', 'the begin', '0000000001ff0806', BOTH],
    ['mjpeg', 'a piece', '0000050001ff0806', HAS_PICTURE],
    ['mjpeg', 'less than a header', '000000', HAS_PICTURE],
    ['other', 'anything', 'ff', BOTH],
    ['h264', 'nothing', '', 0],
  ] as const)('%s: %s', (codec, _name, hex, flags) => {
    const bytes = Buffer.from(`aa${hex}`, 'hex');
    expect(lookIntoPayload(codec, bytes, 1, bytes.length)).toBe(flags);
  });

  it.each(['h264', 'h265'] as const)('finds one begin in the packets of each picture of %s', async (codec) => {
    const { pictures } = await codedVideo({ codec, gop: 5, seconds: 1, size: '640x480' });
    for (const { payloads } of pictures) {
      const flags = payloads.map((payload) => lookIntoPayload(codec, payload, 0, payload.length));
      expect(flags[0]).toSatisfy((first: number) => (first & IS_START) !== 0);
      expect(flags.some((each) => (each & HAS_PICTURE) !== 0)).toBe(true);
      expect(flags.filter((each) => each === BOTH)).toHaveLength(1);
    }
  });

  it('takes anything, and reads nothing behind the end', () => {
    const codecs = fc.constantFrom<RtpCodec>('h264', 'h265', 'mjpeg', 'other');
    fc.assert(
      fc.property(codecs, fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 8 }), (codec, bytes, behind) => {
        const alone = lookIntoPayload(codec, Buffer.from(bytes), 0, bytes.length);
        expect(lookIntoPayload(codec, Buffer.from([...bytes, ...behind]), 0, bytes.length)).toBe(alone);
        expect(alone & ~BOTH).toBe(0);
      }),
    );
  });
});
