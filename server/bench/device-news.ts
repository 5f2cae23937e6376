import type { CancelTimer, Clock } from '../../shared/clock.js';
import { shortestStay } from '../../shared/bench/shortest-stay.js';
import { MAX_DEVICES, MAX_LISTED_DEVICES } from '../../shared/protocol/bench-messages.js';
import type { BenchPeer } from './bench-peer.js';
import { described } from './device-list.js';
import type { Device } from './device-list.js';

const EVERY_US = 250_000;
/** Devices with news at most; who was there shortest is left out. */
const MAX_NEWS = 4 * MAX_DEVICES;

/** Tells a coordinator which devices changed: a few times a second at most, however many come and go. */
export class DeviceNews {
  private readonly changed = new Set<Device>();
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly coordinator: BenchPeer,
  ) {}

  /** `device` came or went. */
  add(device: Device): void {
    this.changed.add(device);
    const [oldest = device] = this.changed;
    if (this.changed.size > MAX_NEWS) this.changed.delete(shortestStay(this.changed) ?? oldest);
    this.cancelTimer ??= this.clock.schedule(EVERY_US, () => this.tell());
  }

  /** Tells what there is to tell without waiting for the next turn. */
  flush(): void {
    for (const devices of piecesOf([...this.changed])) {
      this.coordinator.send({ kind: 'devices', devices: devices.map(described) });
    }
    this.changed.clear();
    this.close();
  }

  /** Tells nothing more. */
  close(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private tell(): void {
    if (this.coordinator.isBehind) this.cancelTimer = this.clock.schedule(EVERY_US, () => this.tell());
    else this.flush();
  }
}

function piecesOf(devices: readonly Device[]): readonly (readonly Device[])[] {
  const pieces = Math.ceil(devices.length / MAX_LISTED_DEVICES);
  return Array.from({ length: pieces }, (_, i) => devices.slice(i * MAX_LISTED_DEVICES, (i + 1) * MAX_LISTED_DEVICES));
}
