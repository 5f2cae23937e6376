/** `boundary=` with a quoted value, whose closing quote may be missing, or one that ends at the next semicolon. */
const BOUNDARY = /(?:^|[;,\s])boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)|([^;]*))/i;
/** RFC 2046, section 5.1.1, allows 70; some cameras send a checksum's worth more. */
const MAX_BOUNDARY_LENGTH = 200;

/**
 * The boundary that a Content-Type declares (RFC 2046, section 5.1.1), without its quotes; null when it declares none
 * or none that can be used.
 */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, plain = ''] = BOUNDARY.exec(contentType) ?? [];
  const boundary = (quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')).trim();
  return boundary === '' || boundary.length > MAX_BOUNDARY_LENGTH ? null : boundary;
}
