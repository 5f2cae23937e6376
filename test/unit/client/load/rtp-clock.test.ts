import { describe, expect, it } from 'vitest';
import { RtpClock } from '../../../../client/load/rtp-clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const SECOND_US = 1_700_000_000_000_000;
/** A report of half a second after `SECOND_US`, as nanoseconds: 0.116 s in fractions of 2^32. */
const NANOSECONDS = {
  ssrc: 7,
  wallTimeUs: SECOND_US + 116_415,
  nanosecondTimeUs: SECOND_US + 500_000,
  rtpTime: 90_000,
};
/** The same moment as RFC 3550 has it, whose fraction is far above a thousand million. */
const FRACTION = { ...NANOSECONDS, wallTimeUs: SECOND_US + 500_000, nanosecondTimeUs: null };

function clockOf(serverName: string) {
  const clock = new FakeClock();
  const toOurs = clock.nowUs() - clock.wallUs();
  const rtp = new RtpClock({ clockRate: 90_000, clockErrorUs: 2000, serverName }, clock);
  /** Of a picture a tenth of a second after the report. */
  const capture = () => {
    const { timeUs, errorUs } = rtp.captureOf(99_000, 7)!;
    return { wallTimeUs: timeUs - toOurs, errorUs };
  };
  return { rtp, capture };
}

describe('RtpClock', () => {
  it('takes what a sender says as RFC 3550 has it', () => {
    const { rtp, capture } = clockOf('GStreamer RTSP server');
    rtp.onReport(NANOSECONDS);
    expect(capture()).toEqual({ wallTimeUs: SECOND_US + 216_415, errorUs: 3012 });
    rtp.onReport(FRACTION);
    expect(capture()).toEqual({ wallTimeUs: SECOND_US + 600_000, errorUs: 3012 });
  });

  it.each(['gortsplib', 'MediaMTX v1.14'])('has both readings within its error where %s may mean either', (name) => {
    const { rtp, capture } = clockOf(name);
    rtp.onReport(NANOSECONDS);
    const { wallTimeUs, errorUs } = capture();
    expect(wallTimeUs - errorUs).toBeLessThanOrEqual(SECOND_US + 216_415 - 3000);
    expect(wallTimeUs + errorUs).toBeGreaterThanOrEqual(SECOND_US + 600_000 + 3000);
    expect(errorUs).toBeLessThan(200_000);
  });

  it('is certain once a report cannot be nanoseconds', () => {
    const { rtp, capture } = clockOf('gortsplib');
    rtp.onReport(FRACTION);
    expect(capture()).toEqual({ wallTimeUs: SECOND_US + 600_000, errorUs: 3012 });
    rtp.onReport(NANOSECONDS);
    expect(capture()).toEqual({ wallTimeUs: SECOND_US + 216_415, errorUs: 3012 });
  });

  it('knows nothing without a report of the sender', () => {
    const { rtp } = clockOf('');
    expect(rtp.captureOf(0, 7)).toBeNull();
    rtp.onReport(FRACTION);
    expect(rtp.captureOf(0, 8)).toBeNull();
    expect(rtp.captureOf(0, null)).toBeNull();
  });

  it('counts ticks over the end of their numbers', () => {
    const { rtp } = clockOf('');
    rtp.onReport({ ...FRACTION, rtpTime: 2 ** 32 - 90 });
    const before = rtp.captureOf(2 ** 32 - 180, 7)!;
    expect(rtp.captureOf(90, 7)!.timeUs - before.timeUs).toBe(3000);
  });
});
