import { isDeepStrictEqual } from 'node:util';
import type { CancelTimer } from '../shared/clock.js';
import type { Hub } from './hub/hub.js';
import { InTurn } from './in-turn.js';
import type { BridgePlan } from './rtsp/bridge-plan.js';
import { RtspBridge } from './rtsp/rtsp-bridge.js';
import type { BridgeParts, BridgeStatus } from './rtsp/rtsp-bridge.js';

interface PublishedStream {
  readonly plan: BridgePlan;
  readonly bridge: RtspBridge;
}

/** The sources are ended after this, and all of it has to be over before the server may be killed. */
const CLOSE_LIMIT_US = 1_000_000;

/** Which streams are published over RTSP: at most one bridge a stream. */
export class RtspBridges {
  private readonly bridges = new Map<string, PublishedStream>();
  private readonly inTurn = new InTurn();
  private isClosed = false;

  constructor(
    private readonly hub: Hub,
    private readonly parts: BridgeParts,
  ) {}

  /** Publishes the stream `name` as `plan` says, or not at all for null; what is published so already goes on. */
  follow(name: string, plan: BridgePlan | null): Promise<void> {
    return this.inTurn.run(name, async () => {
      if (isDeepStrictEqual(this.bridges.get(name)?.plan ?? null, plan)) return;
      await this.end(name);
      const stream = this.hub.byName(name);
      if (!plan || !stream || this.isClosed) return;
      const bridge = new RtspBridge(stream, plan, this.parts);
      this.bridges.set(name, { plan, bridge });
      bridge.start();
    });
  }

  /** Ends the publishing of the stream `name`; resolves when the server was told. */
  stop(name: string): Promise<void> {
    return this.inTurn.run(name, () => this.end(name));
  }

  /** How the publishing of a stream goes; null where it is not published. */
  status(name: string): BridgeStatus | null {
    return this.bridges.get(name)?.bridge.status() ?? null;
  }

  /** Ends all of them for good; a server that does not take the goodbye is not waited for. */
  async close(): Promise<void> {
    this.isClosed = true;
    let cancel: CancelTimer = () => undefined;
    const limit = new Promise<void>((resolve) => (cancel = this.parts.clock.schedule(CLOSE_LIMIT_US, resolve)));
    await Promise.race([limit, Promise.all([...this.bridges.keys()].map((name) => this.stop(name)))]);
    cancel();
  }

  private async end(name: string): Promise<void> {
    const published = this.bridges.get(name);
    this.bridges.delete(name);
    await published?.bridge.stop();
  }
}
