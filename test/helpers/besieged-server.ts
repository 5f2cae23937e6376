import { expect } from 'vitest';
import { MessageType } from '../../shared/protocol/messages.js';
import { residentBytes } from '../../shared/process-times.js';
import { AuditingClient } from './auditing-client.js';
import { RawClient } from './raw-client.js';
import { ServerProcess } from './server-process.js';
import { until } from './until.js';

/** What a client has to know to come in. */
export const TOKEN = 'open sesame';
/** What V8 may take for itself while it serves thousands of connections; what those held has to be gone. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** The built server with a well-behaved client, beside which hostile ones try what they can. */
export class BesiegedServer {
  private constructor(
    readonly server: ServerProcess,
    private readonly good: AuditingClient,
    private readonly residentBefore: number | null,
  ) {}

  /** Starts a server with one small stream, `cam`, and resolves when the good client sees it. */
  static async start(): Promise<BesiegedServer> {
    const server = await ServerProcess.start(['cam=test:testsrc?size=160x120&fps=30'], { STREAMER_TOKEN: TOKEN });
    const good = await AuditingClient.open(server.port, { token: TOKEN });
    await good.reached(30);
    return new BesiegedServer(server, good, residentBytes(server.pid));
  }

  /** A client that has been let in under `name`, and does nothing more by itself. */
  async welcomed(name: string): Promise<RawClient> {
    const client = await RawClient.connect(this.server.port);
    client.hello({ name, token: TOKEN });
    await client.received(MessageType.WELCOME);
    return client;
  }

  /**
   * The code of the ERROR with which the server closes a connection that sends `bytes`, and then nothing more with
   * `ends`; undefined when it closes without one.
   */
  async refusalOf(bytes: Buffer, { ends = false, from = '127.0.0.1' } = {}): Promise<string | undefined> {
    const client = await RawClient.connect(this.server.port, { from });
    client.send(bytes);
    if (ends) client.socket.end();
    return (await client.closed)?.code;
  }

  /** Expects that somebody new is let in. */
  async expectToServe(): Promise<void> {
    const client = await this.welcomed('probe');
    await client.destroy();
  }

  /** Expects that the good client missed nothing that was not announced, and that nothing is left of all others. */
  async expectUnharmed(): Promise<void> {
    const { good, server } = this;
    await good.reached(good.figures().last + 30);
    expect(good.figures()).toMatchObject({ lost: 0, outOfOrder: 0 });
    await until(() => this.countLogged('client connected') - this.countLogged('client gone') === 1);
    expect(server.log.filter((line) => line['level'] === 'error')).toEqual([]);
    const grownBytes = (residentBytes(server.pid) ?? 0) - (this.residentBefore ?? 0);
    expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
  }

  /** Expects at most one line a second with that code in the log, while `storm` goes on. */
  async expectOneLineASecond(code: string, storm: () => Promise<void>): Promise<void> {
    const from = this.server.log.length;
    const startMs = performance.now();
    await storm();
    // What is logged after the storm shows that all lines of the storm have come.
    const after = await this.welcomed(`after ${code}`);
    await this.server.logged((line) => line['client'] === `after ${code}`, from);
    await after.destroy();
    const seconds = Math.floor((performance.now() - startMs) / 1000);
    const lines = this.server.log.slice(from).filter((line) => line['code'] === code);
    expect(lines.length).toBeLessThanOrEqual(seconds + 1);
  }

  /** Expects that the server, asked to, ends as it should. */
  async stop(): Promise<void> {
    await this.good.close();
    expect(await this.server.stop()).toEqual({ code: 0, signal: null });
    expect(this.server.stderr).toBe('');
  }

  private countLogged(text: string): number {
    return this.server.log.filter(({ msg }) => msg === text).length;
  }
}
