/** Bits of the first byte: the frame is the last one of its message, which is binary. */
const FINAL_BINARY = 0x82;

/**
 * The head of a WebSocket frame that is a whole binary message of a server, and so not masked (RFC 6455, section 5.2),
 * followed by `begin`, the first bytes of its payload of `lengthBytes`.
 */
export function beginBinaryFrame(lengthBytes: number, begin: Buffer): Buffer {
  const headBytes = lengthBytes < 126 ? 2 : lengthBytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + begin.length);
  frame[0] = FINAL_BINARY;
  if (headBytes === 2) frame[1] = lengthBytes;
  else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(lengthBytes, 2);
  } else {
    frame[1] = 127;
    // Of the 64 bits of a length, 48 are more than enough.
    frame.writeUInt16BE(0, 2);
    frame.writeUIntBE(lengthBytes, 4, 6);
  }
  begin.copy(frame, headBytes);
  return frame;
}
