/** Who takes a stream's video as its source coded it; called synchronously, must not throw. */
export interface PacketListener {
  /** It became known whether the source gives its own video: null says that it is not known any more. */
  onOffer(isOffered: boolean | null): void;
  /** The next bytes of MPEG-TS, in memory that nobody writes again; `isStart` says that they begin a new transport stream. */
  onPackets(bytes: Buffer, isStart: boolean): void;
}

/**
 * The video of a source as it came, beside the frames that are made of it: MPEG-TS of H.264 or H.265, for those who pass
 * it on without decoding it. What nobody listens to is gone.
 */
export class PacketTap {
  private readonly listeners = new Set<PacketListener>();
  private isOffered: boolean | null = null;

  /** Whether the source gives its own video; null before it was reached. */
  get offer(): boolean | null {
    return this.isOffered;
  }

  /** Hands everything that comes to `listener` until the returned function is called. */
  listen(listener: PacketListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Notes whether the source gives its own video. */
  setOffer(isOffered: boolean | null): void {
    if (isOffered === this.isOffered) return;
    this.isOffered = isOffered;
    for (const listener of [...this.listeners]) listener.onOffer(isOffered);
  }

  push(bytes: Buffer, isStart: boolean): void {
    for (const listener of this.listeners) listener.onPackets(bytes, isStart);
  }
}
