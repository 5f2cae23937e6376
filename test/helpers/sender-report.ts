const NTP_EPOCH_SECONDS = 2_208_988_800;

/** Reads a sender report (RFC 3550, section 6.4.1), which may have other packets behind it. */
export function readSenderReport(bytes: Buffer) {
  const ntpSeconds = bytes.readUInt32BE(8);
  const ntpFraction = bytes.readUInt32BE(12);
  const reportTime = bytes.readUInt32BE(16);
  const ntpUs = (ntpSeconds - NTP_EPOCH_SECONDS) * 1e6 + (ntpFraction / 2 ** 32) * 1e6;
  /** When a picture of that RTP time was captured, in microseconds since the epoch. */
  const captureTimeUs = (rtpTime: number): number => ntpUs + (((rtpTime - reportTime) | 0) / 90_000) * 1e6;
  return {
    ssrc: bytes.readUInt32BE(4),
    ...{ ntpSeconds, ntpFraction, rtpTime: reportTime },
    packets: bytes.readUInt32BE(20),
    payloadBytes: bytes.readUInt32BE(24),
    captureTimeUs,
  };
}
