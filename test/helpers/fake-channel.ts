import type { PublishedFrame } from '../../server/hub/frame.js';
import type { Channel } from '../../server/transports/channel.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';

/** The road to a client, on paper: what a session writes to it is decoded the way a client would. */
export class FakeChannel implements Channel {
  readonly peer = '127.0.0.1:51068';
  backlog = 0;
  /** Whether the session ended the channel; nothing may be sent after that. */
  ended = false;
  private readonly messages: Message[] = [];
  private readonly parser = new MessageParser({
    accepts: CLIENT_ACCEPTS,
    onMessage: (message) => this.messages.push(message),
  });

  send(message: Buffer): void {
    if (this.ended) throw new Error('a message was sent after the end');
    this.parser.push(message);
  }

  sendFrame(frame: PublishedFrame, before: readonly Buffer[]): void {
    for (const message of before) this.send(message);
    this.send(frame.packetHeader);
    this.send(frame.jpeg);
  }

  backlogBytes(): number {
    return this.backlog;
  }

  end(lastMessage: Buffer | null): void {
    if (lastMessage) this.send(lastMessage);
    this.ended = true;
  }

  /** The messages since the last call. */
  take(): Message[] {
    return this.messages.splice(0);
  }

  /** The messages since the last call, short: `FRAME 7`, `ERROR BAD_TOKEN`, `STREAM changed live`, else only the name. */
  takeNames(): string[] {
    return this.take().map(nameOf);
  }
}

function nameOf(message: Message): string {
  const name = Object.entries(MessageType).find(([, type]) => type === message.type)?.[0] ?? 'unknown';
  switch (message.type) {
    case MessageType.FRAME:
      return `${name} ${message.header.sequence}`;
    case MessageType.SKIPPED:
      return `${name} ${message.first}-${message.last}`;
    case MessageType.CREDIT:
      return `${name} ${message.ackEvery}`;
    case MessageType.ERROR:
    case MessageType.BYE:
      return `${name} ${message.body.code}`;
    case MessageType.STREAM:
      return `${name} ${message.body.event} ${message.body.stream.name} ${message.body.stream.state}`;
    default:
      return name;
  }
}
