import { BenchRoom } from '../../server/bench/bench-room.js';
import { ClientRegistry } from '../../server/clients.js';
import type { EncodedFrame } from '../../server/hub/frame.js';
import { Hub } from '../../server/hub/hub.js';
import type { HubStream } from '../../server/hub/stream.js';
import { ProtocolSession } from '../../server/transports/protocol-session.js';
import { AttemptLimit } from '../../server/transports/attempt-limit.js';
import { createTokenCheck } from '../../server/transports/token.js';
import { createLogger } from '../../shared/logger.js';
import { encodeStream } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Hello, Message, Subscription } from '../../shared/protocol/messages.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { FakeChannel } from './fake-channel.js';
import { FakeClock } from './fake-clock.js';
import { captureTimeUs, START_US } from './fake-frames.js';

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly code?: string;
  readonly reason?: string;
}

/** A session over a paper channel, which its client speaks through `hello` and `session.onMessage`. */
export interface FakeConnection {
  readonly channel: FakeChannel;
  readonly session: ProtocolSession;
  /** How often the session said that it is over. */
  readonly closed: { times: number };
  /** Says HELLO. */
  hello(body?: Partial<Hello>): void;
  /** Says HELLO; takes what the server answers away and returns it. */
  open(...subscriptions: Subscription[]): Message[];
}

/** What sessions of one server share, and a way to get more of them. */
export function serverFixture({
  token = null as string | null,
  adminToken = null as string | null,
  maxClients = 10,
  streams = ['a', 'b'],
  hasBenchmarks = false,
} = {}) {
  const clock = new FakeClock(START_US);
  const hub = new Hub(clock);
  for (const name of streams) addStream(hub, name);
  const clients = new ClientRegistry(maxClients);
  const lines: LogLine[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as LogLine) };
  const logger = createLogger({ level: 'info', pretty: false, destination });
  const context = {
    hub,
    clients,
    clock,
    logger,
    checkToken: createTokenCheck({ token, adminToken }, new AttemptLimit(clock)),
    transport: 'tcp' as const,
    ...(hasBenchmarks && {
      benchRoom: new BenchRoom({ clock, logger, hasStream: (name) => hub.byName(name) !== undefined }),
    }),
  };
  const refusals = new RepeatLimiter(clock);

  function connect(): FakeConnection {
    const channel = new FakeChannel();
    const closed = { times: 0 };
    const session = new ProtocolSession(channel, context, refusals, () => (closed.times += 1));
    hub.onChange((change) => session.onStreamChange(change, encodeStream(change)));
    const hello = (body: Partial<Hello> = {}) =>
      session.onMessage({ type: MessageType.HELLO, body: { version: 1, name: 'demo', subscriptions: [], ...body } });
    const open = (...subscriptions: Subscription[]) => {
      hello({ subscriptions });
      return channel.take();
    };
    return { channel, session, closed, hello, open };
  }

  return { clock, hub, clients, lines, connect, stream: (name: string) => hub.byName(name)! };
}

/** A server and one session that has not heard anything yet. */
export function sessionFixture(options: Parameters<typeof serverFixture>[0] = {}) {
  const server = serverFixture(options);
  return { ...server, ...server.connect() };
}

/** Adds a stream of 4x2 pixels that began when the fake clocks do. */
export function addStream(hub: Hub, name: string, fps = 30): HubStream {
  const encoding = { mode: 'encoded', reason: 'the frames are synthetic' } as const;
  return hub.add(
    name,
    { frameBuffer: 1, policy: 'latest' },
    { width: 4, height: 2, fps, timeSource: 'schedule', startTimeUs: START_US, encoding },
  );
}

/** A frame fresh from the pipeline, with a JPEG of four bytes. */
export function encodedFrame(sequence: number, fps = 30): EncodedFrame {
  const timeUs = captureTimeUs(sequence, fps);
  const stages = { decodedTimeUs: timeUs, processedTimeUs: timeUs, encodeStartTimeUs: timeUs, encodedTimeUs: timeUs };
  const times = { captureTimeUs: timeUs, timeSource: 'schedule', clockErrorUs: 0, ...stages } as const;
  return { sequence, ...times, width: 4, height: 2, jpeg: Buffer.from('ffd8ffd9', 'hex') };
}
