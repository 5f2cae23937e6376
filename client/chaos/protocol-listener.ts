import { encodeAck, encodePing, encodePong } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';
import type { AttackListener, ListenerParts } from './attacked-protocol.js';

/** Understands our own protocol, as far as an attacker needs it. */
export class ProtocolListener implements AttackListener {
  hasFrame = false;
  code: string | null = null;
  private readonly parser: MessageParser;
  private isLost = false;

  constructor(private readonly parts: ListenerParts) {
    const onMessage = (message: Message) => this.onMessage(message);
    this.parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage, reusesChunks: true });
  }

  push(chunk: Buffer): void {
    if (this.isLost) return;
    try {
      this.parser.push(chunk);
    } catch {
      // What answers does not speak the protocol; the attack goes on without understanding it.
      this.isLost = true;
    }
  }

  ping(nowUs: number): void {
    if (this.parts.pings) this.parts.send(encodePing(nowUs));
  }

  private onMessage(message: Message): void {
    const { parts } = this;
    switch (message.type) {
      case MessageType.FRAME:
        this.hasFrame = true;
        if (parts.acknowledges) parts.send(encodeAck(message.header.streamId, message.header.sequence));
        return;
      case MessageType.PING:
        if (parts.pings) parts.send(encodePong(message.t0Us, message.t0Us, message.t0Us));
        return;
      case MessageType.ERROR:
      case MessageType.BYE:
        this.code = message.body.code;
        return;
      default:
        return;
    }
  }
}
