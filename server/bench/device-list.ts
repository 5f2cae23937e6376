import { StreamerError } from '../../shared/errors.js';
import { MAX_DEVICE_NAME_CHARS, MAX_DEVICES } from '../../shared/protocol/bench-messages.js';
import { shortestStay } from '../../shared/bench/shortest-stay.js';
import type { BenchDevice, BenchRequest, DevicePlatform } from '../../shared/protocol/bench-messages.js';
import type { BenchPeer } from './bench-peer.js';

/** What a device says when it joins. */
export type JoinRequest = Extract<BenchRequest, { readonly kind: 'join' }>;

/** A device that is there, or that left while a benchmark is open. */
export interface Device {
  readonly id: number;
  readonly name: string;
  readonly askedName: string;
  readonly key: string;
  readonly platform: DevicePlatform;
  readonly joinedTimeUs: number;
  /** Null while it is not there. */
  peer: BenchPeer | null;
  leftTimeUs: number | null;
}

/** So many different devices one connection can be in a benchmark, as somebody who changes the name. */
const MAX_DEVICES_OF_PEER = 8;

/** The devices of a room: at most `MAX_DEVICES`, each of a different name. */
export class DeviceList {
  private readonly devices = new Map<number, Device>();
  private readonly byPeer = new Map<BenchPeer, Device>();
  /** How many devices a connection was since those that left were forgotten. */
  private madeBy = new WeakMap<BenchPeer, number>();
  private lastId = 0;

  /** The devices that are there. */
  get present(): readonly Device[] {
    return [...this.byPeer.values()];
  }

  of(peer: BenchPeer): Device | undefined {
    return this.byPeer.get(peer);
  }

  /**
   * Takes a device in, at the place that it had if it had one; whoever holds that place is none any more. Null when there
   * is no room. Where one is needed, of the devices that left the one that was there shortest is forgotten, so that who
   * comes and goes pushes out nobody but their like.
   *
   * @throws {StreamerError} BENCH_REFUSED for a connection that was too many devices.
   */
  join(peer: BenchPeer, { name, platform, key }: JoinRequest, nowUs: number): Device | null {
    const before = [...this.devices.values()].find((device) => device.askedName === name && device.key === key);
    if (before) return this.takePlace(before, peer);
    const made = this.madeBy.get(peer) ?? 0;
    if (made === MAX_DEVICES_OF_PEER) {
      const text = `This connection was ${MAX_DEVICES_OF_PEER} devices already; be one of them, or connect anew.`;
      throw new StreamerError('BENCH_REFUSED', text);
    }
    if (!this.makeRoom()) return null;
    this.madeBy.set(peer, made + 1);
    this.lastId += 1;
    const names = { name: this.uniqueName(name), askedName: name };
    const device = { id: this.lastId, ...names, key, platform, joinedTimeUs: nowUs, peer, leftTimeUs: null };
    this.devices.set(device.id, device);
    this.byPeer.set(peer, device);
    return device;
  }

  /** The device of `peer` left; null when it had none. */
  leave(peer: BenchPeer, nowUs: number): Device | null {
    const device = this.byPeer.get(peer);
    if (!device) return null;
    this.byPeer.delete(peer);
    device.peer = null;
    device.leftTimeUs = nowUs;
    return device;
  }

  /** Forgets the devices that left. */
  forgetLeft(): void {
    for (const device of [...this.devices.values()]) if (!device.peer) this.devices.delete(device.id);
    this.madeBy = new WeakMap();
  }

  private takePlace(device: Device, peer: BenchPeer): Device {
    if (device.peer) this.byPeer.delete(device.peer);
    device.peer = peer;
    device.leftTimeUs = null;
    this.byPeer.set(peer, device);
    return device;
  }

  private makeRoom(): boolean {
    if (this.devices.size < MAX_DEVICES) return true;
    const shortest = shortestStay(this.devices.values());
    return shortest !== null && this.devices.delete(shortest.id);
  }

  private uniqueName(asked: string): string {
    const taken = new Set([...this.devices.values()].map(({ name }) => name));
    for (let number = 2, name = asked; ; number += 1) {
      if (!taken.has(name)) return name;
      const suffix = ` (${number})`;
      name = whole(asked.slice(0, MAX_DEVICE_NAME_CHARS - suffix.length)) + suffix;
    }
  }
}

/** What the coordinator is told of a device. */
export function described({ id, name, platform, joinedTimeUs, leftTimeUs }: Device): BenchDevice {
  return { id, name, platform, joinedTimeUs, leftTimeUs };
}

/** `text` without the half of a surrogate pair that a cut left at its end. */
function whole(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
