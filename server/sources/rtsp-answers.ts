/** More than any answer needs before its body. */
const MAX_HEAD_BYTES = 8192;
/** FFmpeg cuts off a line that is longer. */
const MAX_LINE_BYTES = 4095;
const STATUS_LINE = /^RTSP\/1\.[01] [1245]\d\d(?: |$)/;
const LOCATION = /^\s*Location\b/i;
const LENGTH = /^\s*Content-Length\b/i;
const PLAIN_LENGTH = /^Content-Length:[ \t]*(\d{1,7})[ \t]*$/i;

/**
 * Lets those answers of an RTSP server pass that FFmpeg cannot take for a redirect (RFC 2326, sections 7.1 and 11.3). It
 * reads leniently: a status with `atoi`, behind any word that begins with `RTSP/`, wherever it believes that an answer
 * begins. So what passes are answers that can be read in one way only: a plain status line, headers without `Location`, a
 * body of a plain length. Requests, packets before the playing, and whatever else is sent, do not.
 */
export class RtspAnswers {
  /** Of the answer that is coming, without CR, which FFmpeg skips everywhere in it. */
  private head = '';
  /** The same as it came. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** What is missing of the body that is coming. */
  private bodyBytes = 0;

  /** What may pass now of all that came, heads as a whole; null when something came that may not. Linear in time. */
  pass(chunk: Buffer): Buffer | null {
    const passing: Buffer[] = [];
    for (let rest = chunk; rest.length > 0;) {
      const part = rest.subarray(0, this.bodyBytes || rest.indexOf('\n') + 1 || rest.length);
      rest = rest.subarray(part.length);
      if (this.bodyBytes > 0) {
        this.bodyBytes -= part.length;
        passing.push(part);
      } else if (this.hold(part)) {
        const bodyBytes = bodyLengthOf(this.head);
        if (bodyBytes === null) return null;
        this.bodyBytes = bodyBytes;
        passing.push(this.release());
      } else if (this.heldBytes > MAX_HEAD_BYTES) return null;
    }
    return Buffer.concat(passing);
  }

  /** All that is held back; what comes is an answer from its begin. */
  release(): Buffer {
    const held = Buffer.concat(this.held);
    this.head = '';
    this.held = [];
    this.heldBytes = 0;
    return held;
  }

  /** Whether the head is at its end with `part`, which has no line feed but at its own end. */
  private hold(part: Buffer): boolean {
    this.held.push(part);
    this.heldBytes += part.length;
    this.head += part.toString('latin1').replaceAll('\r', '');
    return this.head === '\n' || this.head.endsWith('\n\n');
  }
}

/** The length of the body that `head` announces, in bytes; null for a head that may not pass. */
function bodyLengthOf(head: string): number | null {
  const [status = '', ...headers] = head.slice(0, -2).split('\n');
  if (!STATUS_LINE.test(status) || head.includes('\0')) return null;
  const lengths = headers.filter((line) => LENGTH.test(line));
  // Behind a dollar sign FFmpeg skips a packet, and reads on in the middle of what looks like a line.
  const isOdd = (line: string) => line.length > MAX_LINE_BYTES || line.startsWith('$') || LOCATION.test(line);
  if (lengths.length > 1 || [status, ...headers].some(isOdd)) return null;
  const [line] = lengths;
  return line === undefined ? 0 : numberOf(PLAIN_LENGTH.exec(line)?.[1]);
}

function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits);
}
