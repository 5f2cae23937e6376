/** Bytes `first` to `last` of a file, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/i;

/**
 * What a `Range` header asks of `sizeBytes` bytes (RFC 9110, section 14.2): a range that is cut to what there is,
 * `unsatisfiable`, or null for the whole. Several ranges, other units and what is malformed are left unheeded, as the
 * RFC allows: who asks gets more than it wanted, and sees that from the status.
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = ONE_RANGE.exec(header?.trim() ?? '') ?? [];
  if (first === '') return last === '' ? null : lastBytes(Number(last), sizeBytes);
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= sizeBytes) return 'unsatisfiable';
  return { first: Number(first), last: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}

/** `bytes=-500` is the last 500 bytes. */
function lastBytes(count: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  if (count === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { first: Math.max(0, sizeBytes - count), last: sizeBytes - 1 };
}
