import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goodbye, senderReport } from '../../../../server/rtsp/rtcp.js';
import { readSenderReport } from '../../../helpers/sender-report.js';

const REPORT = {
  ssrc: 0xfedcba98,
  captureTimeUs: 1_700_000_000_250_000,
  rtpTime: 90_000,
  packets: 7,
  payloadBytes: 900,
};

describe('senderReport', () => {
  it('is a report with the name of the sender, in whole words', () => {
    const bytes = senderReport(REPORT, 'abcd');
    expect(bytes.toString('hex', 0, 8)).toBe('80c80006fedcba98');
    expect(bytes.readUInt32BE(20)).toBe(7);
    expect(bytes.readUInt32BE(24)).toBe(900);
    // One chunk, CNAME of four bytes, and the zeros that end it.
    expect(bytes.toString('hex', 28)).toBe('81ca0003fedcba980104616263640000');
  });

  it('tells a whole second, with the RTP time moved as far', () => {
    const { ntpSeconds, ntpFraction, rtpTime } = readSenderReport(senderReport(REPORT, 'abcd'));
    expect(ntpSeconds - 2_208_988_800).toBe(1_700_000_000);
    expect(ntpFraction).toBe(0);
    expect(rtpTime).toBe(90_000 - 22_500);
  });

  it('gives back any capture time within a tick, and wraps', () => {
    const ticks = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(ticks, fc.integer({ min: 0, max: 2_085_978_495_000_000 }), ticks, (rtpTime, captureTimeUs, count) => {
        const bytes = senderReport(
          { ssrc: 1, captureTimeUs, rtpTime, packets: count * 3, payloadBytes: count },
          'name',
        );
        expect(bytes.length % 4).toBe(0);
        expect(Math.abs(readSenderReport(bytes).captureTimeUs(rtpTime) - captureTimeUs)).toBeLessThan(12);
      }),
    );
  });
});

describe('goodbye', () => {
  it('ends with the packet that says so, behind an empty report and the name', () => {
    const bytes = goodbye(1, 'ab');
    expect(bytes.toString('hex')).toBe(
      '80c9000100000001' + '81ca00030000000101026162' + '00000000' + '81cb000100000001',
    );
  });
});
