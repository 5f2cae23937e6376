const KEY = 'frame-streamer.device-name';

/** What is needed of `localStorage`. */
export type NameStorage = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * What this device was called in a benchmark the last time, for the next one. Storage that a browser refuses (private
 * windows, blocked cookies) only means that the name is typed again.
 */
export class DeviceNameStore {
  constructor(private readonly storage: () => NameStorage) {}

  get(): string | null {
    try {
      return this.storage().getItem(KEY);
    } catch {
      return null;
    }
  }

  set(name: string): void {
    try {
      this.storage().setItem(KEY, name);
    } catch {
      return;
    }
  }
}
