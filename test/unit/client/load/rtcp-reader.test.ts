import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRtcp } from '../../../../client/load/rtcp-reader.js';
import { goodbye, senderReport } from '../../../../server/rtsp/rtcp.js';

const REPORT = { ssrc: 7, captureTimeUs: 1_700_000_000_250_000, rtpTime: 90_000, packets: 3, payloadBytes: 4 };

describe('readRtcp', () => {
  it('reads what our publisher reports', () => {
    const bytes = Buffer.concat([Buffer.alloc(5), senderReport(REPORT, 'name')]);
    const { report, gone } = readRtcp(bytes, 5, bytes.length);
    expect(report).toEqual({
      ssrc: 7,
      wallTimeUs: 1_700_000_000_000_000,
      nanosecondTimeUs: 1_700_000_000_000_000,
      rtpTime: 90_000 - 22_500,
    });
    expect(gone).toEqual([]);
  });

  it('reads fractions of a second', () => {
    const bytes = senderReport(REPORT, 'name');
    bytes.writeUInt32BE(2 ** 31, 12);
    const half = { wallTimeUs: 1_700_000_000_500_000, nanosecondTimeUs: null };
    expect(readRtcp(bytes, 0, bytes.length).report).toMatchObject(half);
    bytes.writeUInt32BE(5e8, 12);
    const either = { wallTimeUs: 1_700_000_000_116_415, nanosecondTimeUs: 1_700_000_000_500_000 };
    expect(readRtcp(bytes, 0, bytes.length).report).toMatchObject(either);
  });

  it('reads who says goodbye', () => {
    const bytes = goodbye(9, 'name');
    expect(readRtcp(bytes, 0, bytes.length)).toEqual({ report: null, gone: [9] });
  });

  it('takes anything, cut anywhere', () => {
    const whole = Buffer.concat([senderReport(REPORT, 'name'), goodbye(9, 'name')]);
    const damaged = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255), end: fc.nat(whole.length) });
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 5 }), (damages) => {
        const bytes = Buffer.from(whole);
        for (const { at, value } of damages) bytes[at] = value;
        const { gone } = readRtcp(bytes, 0, damages[0]?.end ?? bytes.length);
        expect(gone.length).toBeLessThan(40);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void readRtcp(Buffer.from(bytes), 0, bytes.length)),
    );
  });
});
