import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { AttackContext } from './attack-connection.js';
import { AttackGroup } from './attack-group.js';
import type { Attack } from './attack-group.js';
import { ATTACK_KINDS } from './attack-kinds.js';
import type { AttackKind } from './attack-kinds.js';
import type { AttackFigures } from './attack-tally.js';
import type { AttackedProtocol } from './attacked-protocol.js';
import { ReconnectStorm } from './reconnect-storm.js';

/** How many attackers of each kind, and connections a second of a storm. */
export type AttackPlan = Readonly<Record<AttackKind, number>> & { readonly stormPerSecond: number };

const TICK_US = 20_000;
/** So long all is read that servers said to those who do not read. */
const READ_US = 300_000;

/** All attackers of a run: none before `start`, none after `stop`. */
export class Attackers {
  /** Own ports of the connections that are there. */
  readonly ports = new Set<number>();
  private readonly attacks: readonly Attack[];
  private cancelTimer: CancelTimer = () => undefined;

  constructor(
    plan: AttackPlan,
    durationMs: number,
    protocol: AttackedProtocol,
    private readonly clock: Clock,
  ) {
    const context: AttackContext = { protocol, ports: this.ports };
    const groups = ATTACK_KINDS.filter((kind) => plan[kind] > 0).map((kind) => {
      return new AttackGroup(kind, plan[kind], context);
    });
    const { stormPerSecond } = plan;
    this.attacks = stormPerSecond > 0 ? [...groups, new ReconnectStorm(stormPerSecond, durationMs, context)] : groups;
  }

  /** Connections at present. */
  get open(): number {
    return this.attacks.reduce((sum, { open }) => sum + open, 0);
  }

  start(): void {
    this.tick();
  }

  /** Reads for a moment what the servers said, cuts all connections, and resolves when they are gone. Idempotent. */
  async stop(): Promise<void> {
    const nowUs = this.clock.nowUs();
    for (const attack of this.attacks) attack.readAll(nowUs);
    if (this.open > 0) await this.wait(READ_US);
    await this.cut();
  }

  /** Cuts all connections at once; resolves when they are gone. Idempotent. */
  async cut(): Promise<void> {
    this.cancelTimer();
    for (const attack of this.attacks) attack.end();
    while (!this.attacks.every(({ isGone }) => isGone)) await this.wait(TICK_US);
  }

  figures(): AttackFigures[] {
    return this.attacks.map((attack) => attack.figures());
  }

  private tick(): void {
    const nowUs = this.clock.nowUs();
    for (const attack of this.attacks) attack.tick(nowUs);
    this.cancelTimer = this.clock.schedule(TICK_US, () => this.tick());
  }

  private wait(us: number): Promise<void> {
    return new Promise((resolve) => this.clock.schedule(us, resolve));
  }
}
