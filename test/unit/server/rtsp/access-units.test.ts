import { describe, expect, it } from 'vitest';
import { AccessUnits } from '../../../../server/rtsp/access-units.js';
import { idr, PPS, SPS } from '../../../helpers/h264-stream.js';
import { byteStream } from '../../../helpers/ts-stream.js';

const times = (count: number, unit: Buffer) => Array.from({ length: count }, () => unit);

describe('AccessUnits', () => {
  it.each([
    ['too many', [...times(64, SPS), PPS]],
    ['too large', [Buffer.concat([SPS, Buffer.alloc(65_000, 1)]), Buffer.concat([PPS, Buffer.alloc(600, 1)])]],
  ])('takes a picture for broken whose parameter sets are %s, and keeps none of them', (_, sets) => {
    const units = new AccessUnits('h264');
    expect(units.next(byteStream(SPS, PPS, idr()))?.units).toHaveLength(3);
    expect(units.next(byteStream(...sets, idr()))).toBeNull();
    expect(units.next(byteStream(idr()))?.units).toEqual([SPS, PPS, idr()]);
  });

  it('takes as many parameter sets as are allowed', () => {
    const units = new AccessUnits('h264').next(byteStream(...times(63, SPS), PPS, idr()));
    expect(units?.units).toHaveLength(65);
  });

  it('puts what is missing before a picture that brings only one kind', () => {
    const other = Buffer.concat([PPS, PPS]);
    const units = new AccessUnits('h264');
    units.next(byteStream(SPS, PPS, idr()));
    expect(units.next(byteStream(other, idr()))?.units).toEqual([SPS, other, idr()]);
  });
});
