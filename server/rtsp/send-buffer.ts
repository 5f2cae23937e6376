const MIN_BYTES = 16_384;

/**
 * Memory to put together what a socket is to send. Sockets mostly pass all of it to the kernel at once, and then the same
 * memory is there for the next one; what a socket still holds is left to it.
 */
export class SendBuffer {
  private memory = Buffer.alloc(0);

  /** So many bytes of any content, valid until `release`. */
  take(lengthBytes: number): Buffer {
    if (this.memory.length < lengthBytes) {
      this.memory = Buffer.allocUnsafeSlow(Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(lengthBytes))));
    }
    return this.memory.subarray(0, lengthBytes);
  }

  /** Ends the use of what was taken last. `isHeld`: a socket has not sent it yet. */
  release(isHeld: boolean): void {
    if (isHeld) this.memory = Buffer.alloc(0);
  }
}
