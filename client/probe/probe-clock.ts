import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ClockEstimate } from '../../shared/protocol/clock-sync.js';
import { DEFAULT_CLOCK_SYNC } from '../../shared/protocol/clock-sync.js';
import { ClockSettling } from '../../shared/receiver/clock-settling.js';
import type { ClockFigures } from '../metrics/snapshot.js';
import { Session } from '../session.js';
import type { SessionListener } from '../session.js';
import type { ClockReading } from './path-latency.js';
import { parseProtocolAddress } from './protocol-address.js';
import { PROBE_NAME } from './session-reader.js';
import type { TimeCodeClock } from './time-code-clock.js';

const CHECK_US = 50_000;
/** A server that answers HELLO but no ping is given up after so long. */
const OPEN_TIMEOUT_US = 8_000_000;

interface Reading {
  readonly atUs: number;
  readonly estimate: ClockEstimate;
}

/**
 * The clock of one of our servers, by pings over a connection that asks for no stream. During an outage the last reading
 * holds, with an error that grows as fast as clocks may drift.
 */
export class ProbeClock implements TimeCodeClock {
  private readonly session: Session;
  private readonly settling = new ClockSettling();
  private readonly over: Promise<void>;
  private last: Reading | null = null;
  private isOver = false;
  private cancelCheck: CancelTimer = () => undefined;
  /** Of `open`; what comes after its end does nothing. */
  private settle: { resolve(): void; reject(error: StreamerError): void } | null = null;
  private readonly openedUs: number;

  private constructor(
    url: string,
    token: string | null,
    private readonly clock: Clock,
  ) {
    const { host, port, token: ownToken } = parseProtocolAddress(url);
    const options = { host, port, token: ownToken ?? token, name: PROBE_NAME, subscriptions: [] };
    this.openedUs = clock.nowUs();
    let tellOver: () => void = () => undefined;
    this.over = new Promise((resolve) => (tellOver = resolve));
    const listener: SessionListener = {
      onOutage: (error) => this.giveUpOpening(error),
      onEnd: (error) => {
        this.isOver = true;
        this.giveUpOpening(error ?? new StreamerError('CONNECTION_LOST', 'The server ended the connection.'));
        tellOver();
      },
    };
    this.session = new Session({ ...options, reconnect: true, acknowledgeOnReceipt: true }, listener, clock);
  }

  /**
   * Connects to the server at `url`, `streamer://host[:port]`, and resolves once its clock is known as well as it will soon
   * be, which takes between half a second and two.
   *
   * @param token for a server that has one, where the address holds none
   * @throws {StreamerError} BAD_USAGE for the address, and what connecting to a server can end in
   */
  static async open(url: string, token: string | null, clock: Clock): Promise<ProbeClock> {
    const opened = new ProbeClock(url, token, clock);
    await new Promise<void>((resolve, reject) => {
      opened.settle = { resolve, reject };
      opened.session.start();
      opened.check();
    });
    return opened;
  }

  readingAt(nowUs: number): ClockReading | null {
    const estimate = this.isOver ? null : this.session.clockEstimate();
    if (estimate) this.last = { atUs: nowUs, estimate };
    if (!this.last) return null;
    const { offsetUs, errorUs } = this.last.estimate;
    const driftUs = (Math.max(0, nowUs - this.last.atUs) * DEFAULT_CLOCK_SYNC.maxDriftPpm) / 1e6;
    return { offsetUs, errorUs: errorUs + Math.ceil(driftUs) };
  }

  figuresAt(nowUs: number): ClockFigures {
    const reading = this.readingAt(nowUs);
    const { driftPpm = null, rttMinUs = null, rttP50Us = null } = this.last?.estimate ?? {};
    const { offsetUs = null, errorUs = null } = reading ?? {};
    return { offsetUs, errorUs, driftPpm, rttUs: { min: rttMinUs, p50: rttP50Us } };
  }

  async stop(): Promise<void> {
    this.session.close();
    await this.over;
  }

  private giveUpOpening(error: StreamerError): void {
    const { settle } = this;
    if (!settle) return;
    this.settle = null;
    this.cancelCheck();
    this.session.close();
    settle.reject(new StreamerError(error.code, `--clock: ${error.message}`, { cause: error }));
  }

  private check(): void {
    const nowUs = this.clock.nowUs();
    const reading = this.readingAt(nowUs);
    if (reading) this.settling.onReading(nowUs, reading.errorUs);
    if (this.settling.isSettledAt(nowUs)) {
      this.settle?.resolve();
      this.settle = null;
    } else if (nowUs - this.openedUs >= OPEN_TIMEOUT_US) {
      this.giveUpOpening(new StreamerError('CONNECT_TIMEOUT', 'The server answers no ping.'));
    } else this.cancelCheck = this.clock.schedule(CHECK_US, () => this.check());
  }
}
