import { PendingBytes } from '../../shared/jpeg/pending-bytes.js';

/** Bytes of a packet of an MPEG transport stream (ISO/IEC 13818-1, section 2.4.3.2). */
export const TS_PACKET_BYTES = 188;

const SYNC_BYTE = 0x47;

/**
 * Finds the packets of a transport stream, however it is chunked. Out of step, such as at the beginning, it looks for two
 * sync bytes at the distance of a packet; in step it takes a packet as soon as it is complete.
 */
export class TsPackets {
  private readonly pending = new PendingBytes(2 * TS_PACKET_BYTES);
  private isInStep = false;
  private skipped = 0;

  /** @param onPacket gets a view of one packet, valid until it returns */
  constructor(private readonly onPacket: (packet: Buffer) => void) {}

  /** Bytes that belonged to no packet since the last one that was found. */
  get skippedBytes(): number {
    return this.skipped;
  }

  /** Takes the next bytes; they may be written to again once it has returned. */
  push(chunk: Buffer): void {
    const view = this.pending.join(chunk);
    this.pending.keep(view, this.cut(view));
  }

  /** Delivers every packet in `view`; returns how many of its bytes are done with. */
  private cut(view: Buffer): number {
    let at = 0;
    for (;;) {
      if (!this.isInStep) {
        const start = findStep(view, at);
        this.skipped += start - at;
        at = start;
        if (at + TS_PACKET_BYTES >= view.length) return at;
        this.isInStep = true;
      }
      if (at + TS_PACKET_BYTES > view.length) return at;
      this.isInStep = view[at] === SYNC_BYTE;
      if (!this.isInStep) continue;
      this.skipped = 0;
      this.onPacket(view.subarray(at, at + TS_PACKET_BYTES));
      at += TS_PACKET_BYTES;
    }
  }
}

/** Where the first packet that another one follows begins, or may begin once more bytes have come. */
function findStep(view: Buffer, offset: number): number {
  let at = view.indexOf(SYNC_BYTE, offset);
  while (at !== -1 && at + TS_PACKET_BYTES < view.length && view[at + TS_PACKET_BYTES] !== SYNC_BYTE) {
    at = view.indexOf(SYNC_BYTE, at + 1);
  }
  return at === -1 ? view.length : at;
}
