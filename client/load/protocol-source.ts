import type { CancelTimer } from '../../shared/clock.js';
import { encodeHello } from '../../shared/protocol/codec.js';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import { Connection } from '../connection.js';
import { tcpPath, webSocketPath } from '../probe/session-path.js';
import type { SessionPath } from '../probe/session-path.js';
import { WebSocketConnection } from '../probe/websocket-connection.js';
import type { LoadTarget } from './crowd.js';
import { FrameSkimmer } from './frame-skimmer.js';
import type { LoadConnection, LoadSink, LoadSource, SourceParts } from './load-source.js';
import { ProtocolReader } from './protocol-reader.js';
import type { OpenWire, StreamPlace } from './protocol-reader.js';
import type { ServerClocks } from './server-clocks.js';

/** What sources of our own protocol take, beside the usual. */
export interface ProtocolParts extends Pick<SourceParts, 'clock' | 'token'> {
  /** Of the thread, so that targets on one server share its clock. */
  readonly clocks: ServerClocks;
}

const LOOK_EVERY_US = 1_000_000;

/** The stream at `streamer://host[:port][/stream]`, over TCP; pictures are passed over. @throws {StreamerError} BAD_USAGE */
export function streamerSource({ url }: LoadTarget, parts: ProtocolParts): LoadSource {
  const path = tcpPath(url, parts.token);
  return new ProtocolSource(path, parts, (listener, onFrame) => {
    return new Connection(path, parts.clock, listener, (deliver) => new FrameSkimmer(deliver, onFrame));
  });
}

/** The stream at `ws://host/ws/stream` or `wss://…`. @throws {StreamerError} BAD_USAGE */
export function webSocketSource({ url }: LoadTarget, parts: ProtocolParts): LoadSource {
  const path = webSocketPath(url, parts);
  return new ProtocolSource(path, parts, (listener) => new WebSocketConnection(url, parts.clock, listener));
}

class ProtocolSource implements LoadSource {
  private readonly readers = new Set<ProtocolReader>();
  /** A session opens each of its connections with the same sink. */
  private readonly places = new WeakMap<LoadSink, StreamPlace>();
  private cancelLook: CancelTimer = () => undefined;

  constructor(
    private readonly path: SessionPath,
    private readonly parts: ProtocolParts,
    private readonly openWire: OpenWire,
  ) {}

  open(name: string, sink: LoadSink): LoadConnection {
    const { token, subscription, host, port } = this.path;
    const subscriptions = [subscription];
    const hello = encodeHello({ version: PROTOCOL_VERSION, name, ...(token !== null && { token }), subscriptions });
    const { clock, clocks } = this.parts;
    const reader: ProtocolReader = new ProtocolReader(this.openWire, sink, {
      ...{ clock, clocks, hello },
      address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
      place: this.placeOf(sink),
      onOver: () => this.readers.delete(reader),
    });
    if (this.readers.size === 0) this.look();
    this.readers.add(reader);
    return reader;
  }

  flush(): void {
    for (const reader of this.readers) reader.flush();
  }

  async close(): Promise<void> {
    this.cancelLook();
    await Promise.all([...this.readers].map((reader) => reader.close()));
  }

  private placeOf(sink: LoadSink): StreamPlace {
    const place = this.places.get(sink) ?? { startTimeUs: null, sequence: new SequenceTracker() };
    this.places.set(sink, place);
    return place;
  }

  /** One timer for all, since a connection of a crowd has little else to do. */
  private look(): void {
    this.cancelLook();
    this.cancelLook = this.parts.clock.schedule(LOOK_EVERY_US, () => {
      const nowUs = this.parts.clock.nowUs();
      for (const reader of this.readers) reader.keepAlive(nowUs);
      if (this.readers.size > 0) this.look();
    });
  }
}
