/** How attackers talk to one target. */
export interface AttackedProtocol {
  readonly host: string;
  readonly port: number;
  /** What a proper client named `name` says first. */
  opening(name: string): Buffer;
  /** What no proper client says; another one for each `variant` from 0 on. */
  garbage(variant: number): Buffer;
  /** Begins to listen on a connection on which `opening` was said. */
  listen(parts: ListenerParts): AttackListener;
}

export interface ListenerParts {
  send(bytes: Buffer): void;
  readonly acknowledges: boolean;
  /** Whether it answers pings, and sends its own. */
  readonly pings: boolean;
}

/** What an attacker understands of what it reads. */
export interface AttackListener {
  /** Takes bytes, which are written over afterwards. */
  push(chunk: Buffer): void;
  /** Whether a frame came, or began. */
  readonly hasFrame: boolean;
  /** The code with which the server said that it closes; null while it did not. */
  readonly code: string | null;
  /** Shows that it is alive, where the protocol has a way to. */
  ping(nowUs: number): void;
}
