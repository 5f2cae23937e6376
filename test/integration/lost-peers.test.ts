import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditingClient } from '../helpers/auditing-client.js';
import { RawClient } from '../helpers/raw-client.js';
import { ServerProcess } from '../helpers/server-process.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const JPEG_BYTES = 8 * 1024 * 1024;

describe('a client that goes in the middle of a frame', () => {
  let server: SyntheticServer;

  beforeEach(async () => {
    server = await SyntheticServer.start({ jpegBytes: JPEG_BYTES });
  });
  afterEach(() => server.stop());

  it.each([
    { how: 'closes', leave: (client: RawClient) => client.socket.destroy() },
    { how: 'resets', leave: (client: RawClient) => client.socket.resetAndDestroy() },
  ])('and $how leaves nothing, while the others get all of it', async ({ leave }) => {
    const { stream } = server;
    const good = await AuditingClient.open(server.port);
    const leaving = await RawClient.connect(server.port, { allowanceBytes: JPEG_BYTES / 2 });
    leaving.hello({ subscriptions: [{ policy: 'every' }] });
    await until(() => stream.hubStream.subscriberCount === 2);

    stream.publish();
    await leaving.spent();
    expect(leaving.frames()).toEqual([]);
    leave(leaving);
    await until(() => server.clients.count === 1);
    expect(stream.hubStream.subscriberCount).toBe(1);

    await good.reached(0);
    await good.reached(stream.publish());
    expect(good.figures()).toMatchObject({ received: 2, skipped: 0, lost: 0, outOfOrder: 0 });
    expect(good.wrongContent).toBe(0);
    await good.close();
    await until(() => server.clients.count === 0 && stream.hubStream.subscriberCount === 0);
    await until(() => server.sockets.size === 0);
  });

  it('by saying goodbye and no more is gone at once, too', async () => {
    const client = await AuditingClient.open(server.port);
    await until(() => server.clients.count === 1);
    server.stream.publish();
    await client.close();
    await until(() => server.clients.count === 0 && server.sockets.size === 0);
    expect(server.log.at(-1)).toMatchObject({ msg: 'client gone', reason: 'the client said goodbye' });
  });
});

describe('a port that is taken', () => {
  it('is refused by name, and whoever has it goes on', async () => {
    const first = await SyntheticServer.start();
    await expect(SyntheticServer.start({ port: first.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    const client = await AuditingClient.open(first.port);
    await client.reached(first.stream.publish());
    await client.close();
    await first.stop();
  });

  it('ends the command with one clear line and exit code 2, before anything runs', async () => {
    const first = await SyntheticServer.start();
    const second = ServerProcess.spawn(['test:testsrc?size=160x120', '--port', String(first.port)]);
    expect(await second.exit).toEqual({ code: 2, signal: null });
    expect(second.stderr).toContain('PORT_IN_USE');
    expect(second.stderr).toContain(String(first.port));
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    await first.stop();
  });
});
