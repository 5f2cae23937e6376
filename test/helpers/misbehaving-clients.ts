import { encodePong } from '../../shared/protocol/codec.js';
import type { Message, Subscription } from '../../shared/protocol/messages.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { RawClientOptions } from './raw-client.js';
import { RawClient } from './raw-client.js';
import type { AuditFigures } from './stream-audit.js';
import { StreamAudit } from './stream-audit.js';

/** What a client does badly. It reads no more than `allowanceBytes` and what `allow` adds to that. */
export interface Misbehaviour extends Pick<RawClientOptions, 'allowanceBytes' | 'readBytes'> {
  /** Whether it acknowledges frames, each as soon as it has read it; true by default. */
  readonly acknowledges?: boolean;
  readonly subscription?: Subscription;
}

/** A client that says HELLO and then holds the server up in one way or another. */
export class MisbehavingClient {
  readonly audit = new StreamAudit();
  /** The number of each frame, as it is complete. */
  onFrame: (sequence: number) => void = () => undefined;
  readonly raw: RawClient;

  constructor(
    port: number,
    private readonly misbehaviour: Misbehaviour,
  ) {
    this.raw = new RawClient(port, { ...misbehaviour, keepsMessages: false, onMessage: (it) => this.onMessage(it) });
    this.raw.hello({ name: 'misbehaving', subscriptions: [misbehaviour.subscription ?? {}] });
  }

  get figures(): AuditFigures {
    return this.audit.figures;
  }

  private onMessage(message: Message): void {
    switch (message.type) {
      case MessageType.FRAME:
        this.audit.onFrame(message.header);
        this.onFrame(message.header.sequence);
        if (this.misbehaviour.acknowledges ?? true) {
          this.raw.acknowledge(message.header.sequence, message.header.streamId);
        }
        return;
      case MessageType.SKIPPED:
        return this.audit.onSkipped(message.first, message.last);
      case MessageType.PING:
        return this.raw.send(encodePong(message.t0Us, message.t0Us, message.t0Us));
      default:
        return;
    }
  }
}
