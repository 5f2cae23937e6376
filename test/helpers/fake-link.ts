import type { ConnectionListener, Link, OpenLink } from '../../client/connection.js';
import { isBenchRequest } from '../../shared/protocol/bench-messages.js';
import type { BenchNotice, BenchRequest } from '../../shared/protocol/bench-messages.js';
import { encodeBench, encodeBye, encodePong, encodeWelcome } from '../../shared/protocol/codec.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { Message, StreamInfo } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import type { FakeClock } from './fake-clock.js';

/** A connection of a client on paper, to a server whose clock is the client's; pings are answered unless told otherwise. */
export class FakeLink implements Link {
  isClosed = false;
  readonly requests: BenchRequest[] = [];
  private readonly fromClient = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage: (said) => this.onSaid(said) });
  private readonly fromServer: MessageParser;
  /** Those that were not answered yet. */
  private readonly pings: number[] = [];

  constructor(
    private readonly listener: ConnectionListener,
    private readonly clock: FakeClock,
    private readonly hasClock: boolean,
  ) {
    this.fromServer = new MessageParser({
      accepts: CLIENT_ACCEPTS,
      onMessage: (message) => this.isClosed || listener.onMessage(message, clock.nowUs()),
    });
  }

  send(message: Buffer): void {
    if (!this.isClosed) this.fromClient.push(message);
  }

  close(lastMessage: Buffer | null): void {
    if (this.isClosed) return;
    if (lastMessage) this.send(lastMessage);
    this.isClosed = true;
    this.listener.onClose(null);
  }

  /** The server takes the connection, with WELCOME. */
  welcome(streams: readonly StreamInfo[], features: readonly string[] | null = ['bench']): this {
    this.listener.onOpen();
    this.answerPings();
    const about = { version: PROTOCOL_VERSION, sessionId: 'paper', statsIntervalMs: 1000 };
    this.fromServer.push(encodeWelcome({ ...about, streams, subscribed: [], ...(features && { features }) }));
    return this;
  }

  /** The server says these, also on a connection that is closed, where nobody hears them. */
  say(...notices: readonly BenchNotice[]): this {
    this.answerPings();
    for (const notice of notices) this.fromServer.push(encodeBench(notice));
    return this;
  }

  /** The server says that it shuts down, and hangs on. */
  goodbye(): void {
    this.fromServer.push(encodeBye({ code: 'SERVER_CLOSING', message: 'Bye.' }));
  }

  private onSaid(message: Message): void {
    if (message.type === MessageType.BENCH && isBenchRequest(message.body)) this.requests.push(message.body);
    if (message.type === MessageType.PING && this.hasClock) this.pings.push(message.t0Us);
  }

  /** As if both ways took as long, whatever time went by. */
  private answerPings(): void {
    for (const t0Us of this.pings.splice(0)) {
      const serverUs = Math.round((t0Us + this.clock.nowUs()) / 2);
      this.fromServer.push(encodePong(t0Us, serverUs, serverUs));
    }
  }
}

/** Makes links on paper, and keeps them in the order in which they were opened. */
export function fakeLinks(clock: FakeClock, { hasClock = true } = {}): { links: FakeLink[]; openLink: OpenLink } {
  const links: FakeLink[] = [];
  const openLink: OpenLink = (listener) => {
    const link = new FakeLink(listener, clock, hasClock);
    links.push(link);
    return link;
  };
  return { links, openLink };
}
