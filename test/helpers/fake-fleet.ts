import type { FleetControl, FleetMember, FleetRequest } from '../../server/publish/fleet-status.js';
import { StreamerError } from '../../shared/errors.js';

/** A fleet that publishes nothing, and notes what it is asked for. */
export class FakeFleet implements FleetControl {
  readonly videos = ['film.mp4', 'test:bars'];
  readonly restarted: string[] = [];
  notice: string | null = null;
  private readonly members = new Map<string, FleetMember>();

  constructor(...names: string[]) {
    for (const name of names) this.set(fleetMember(name));
  }

  /** Adds a member, or has another in the place of one. */
  set(member: FleetMember): void {
    this.members.set(member.name, member);
  }

  list(): readonly FleetMember[] {
    return [...this.members.values()];
  }

  get(name: string): FleetMember | undefined {
    return this.members.get(name);
  }

  resources() {
    const limits = { maxStreams: 3, maxCpuPercent: 90, maxMemoryPercent: 80 };
    return { cpuPercent: 41.5, memoryPercent: null, limits, notice: this.notice };
  }

  async add({ name = `stream-00${this.members.size + 1}`, video = 'film.mp4' }: FleetRequest): Promise<FleetMember> {
    if (this.members.has(name)) throw new StreamerError('STREAM_EXISTS', `There is a publisher ${name} already.`);
    if (!this.videos.includes(video)) throw new StreamerError('SOURCE_NOT_FOUND', `There is no video ${video}.`);
    if (this.members.size >= 3) throw new StreamerError('TOO_MANY_STREAMS', 'There are 3 publishers already.');
    const member = { ...fleetMember(name), video };
    this.set(member);
    return member;
  }

  async remove(name: string): Promise<void> {
    this.members.delete(name);
  }

  async restart(name: string): Promise<FleetMember> {
    this.restarted.push(name);
    return this.get(name) ?? fleetMember(name);
  }
}

/** One that publishes, to a server that wants a login. */
export function fleetMember(name: string): FleetMember {
  return {
    ...{ name, video: 'film.mp4', codec: 'h264', width: 1280, height: 720, nominalFps: 30, fps: 29.9 },
    ...{ bitrateBps: 2_000_000, loops: 2, health: 'healthy' },
    connection: {
      ...{ state: 'publishing', url: `rtsp://user:***@127.0.0.1:8554/${name}`, error: null, framesSent: 12 },
      ...{ framesDropped: 3, bytesSent: 4_000, reconnects: 1, sinceUs: 1_000_000 },
    },
    server: { isReady: true, readers: 2, bytesReceived: 4_000 },
  };
}
