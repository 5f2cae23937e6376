import { shortestStay } from '../../shared/bench/shortest-stay.js';
import type { BenchDevice, BenchNotice, DeviceProgress, DeviceResult } from '../../shared/protocol/bench-messages.js';

/** A device as far as it is known. */
export interface KnownDevice {
  readonly device: BenchDevice;
  readonly progress: DeviceProgress | null;
  readonly result: DeviceResult | null;
  /** Whether it left while the window lasted, also one that came back. */
  readonly wasAway: boolean;
}

/** Devices that are remembered; a server may name more and more. */
const MAX_KNOWN = 1024;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a coordinator was told of devices. */
export class KnownDevices {
  private readonly known = new Map<number, Mutable<KnownDevice>>();

  get all(): readonly KnownDevice[] {
    return [...this.known.values()];
  }

  /** They came, went, or came back; `isRunning` is whether the window lasts. */
  onDevices(devices: readonly BenchDevice[], isRunning: boolean): void {
    for (const device of devices) {
      const isAway = isRunning && device.leftTimeUs !== null;
      const before = this.known.get(device.id);
      if (before) {
        before.device = device;
        before.wasAway ||= isAway;
      } else this.add({ device, progress: null, result: null, wasAway: isAway });
    }
  }

  onProgress({ deviceId, kind: _, ...progress }: Extract<BenchNotice, { kind: 'deviceProgress' }>): void {
    const known = this.known.get(deviceId);
    if (known) known.progress = progress;
  }

  /** The first one counts. */
  onResult({ deviceId, kind: _, ...result }: Extract<BenchNotice, { kind: 'deviceResult' }>): void {
    const known = this.known.get(deviceId);
    if (known) known.result ??= result;
  }

  /** Where there are too many, one without a result goes that left, so that passers-by push nobody else out. */
  private add(one: Mutable<KnownDevice>): void {
    this.known.set(one.device.id, one);
    if (this.known.size <= MAX_KNOWN) return;
    const others = this.all.filter(({ result }) => result === null).map(({ device }) => device);
    this.known.delete((shortestStay(others) ?? one.device).id);
  }
}
