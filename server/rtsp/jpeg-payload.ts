/** Why RTP cannot carry this JPEG (RFC 2435 knows one kind); null when it can. */
export function whyNotRtpJpeg(_jpeg: Buffer): string | null {
  return null;
}

/** The payloads of a JPEG as RFC 2435 gives them; null when it cannot be carried. */
export function jpegPayloads(_jpeg: Buffer, _maxPayloadBytes: number): Buffer[] | null {
  return null;
}
