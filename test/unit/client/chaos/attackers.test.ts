import { afterEach, describe, expect, it } from 'vitest';
import { attackOf } from '../../../../client/chaos/attack-of.js';
import { Attackers } from '../../../../client/chaos/attackers.js';
import type { AttackPlan } from '../../../../client/chaos/attackers.js';
import { SystemClock } from '../../../../shared/clock.js';
import { encodeError } from '../../../../shared/protocol/codec.js';
import { frameMessage } from '../../../helpers/scripted-messages.js';
import { ScriptedServer } from '../../../helpers/scripted-server.js';
import { until } from '../../../helpers/until.js';

const NOBODY: AttackPlan = {
  ...{ stalled: 0, trickling: 0, silent: 0, vanished: 0, 'half-open': 0, 'slow-hello': 0, garbage: 0 },
  stormPerSecond: 0,
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(plan: Partial<AttackPlan>, onSocket: Parameters<typeof ScriptedServer.start>[0]) {
  const server = await ScriptedServer.start(onSocket);
  const protocol = attackOf({ kind: 'streamer', url: `streamer://127.0.0.1:${server.port}` }, null);
  const attackers = new Attackers({ ...NOBODY, ...plan }, 10_000, protocol, new SystemClock());
  stops.push(
    () => attackers.cut(),
    () => server.stop(),
  );
  attackers.start();
  return { server, attackers };
}

describe('Attackers', () => {
  it('are as many as were asked for, and are gone when they are stopped', async () => {
    const { server, attackers } = await start({ stalled: 3, 'half-open': 25 }, () => undefined);
    await until(() => attackers.open === 28 && server.sockets.length === 28);
    expect(attackers.ports.size).toBe(28);
    await attackers.stop();
    expect([attackers.open, attackers.ports.size]).toEqual([0, 0]);
    await until(() => server.sockets.every(({ destroyed }) => destroyed));
    expect(attackers.figures()).toMatchObject([
      { kind: 'stalled', asked: 3, opened: 3, closedByServer: 0, stillOpen: 3, codes: [] },
      { kind: 'half-open', asked: 25, opened: 25, closedByServer: 0, stillOpen: 25, bytesSent: 0, unread: null },
    ]);
    const [{ unread } = { unread: null }] = attackers.figures();
    expect(unread).toMatchObject({ bytesRead: 0, bytesLate: 0 });
    expect(unread?.openMs).toBeGreaterThan(0);
    // A second time changes nothing.
    await attackers.cut();
    expect(attackers.figures()[0]).toMatchObject({ stillOpen: 3 });
  });

  it('come again when they are closed, and count how', async () => {
    const { attackers } = await start({ silent: 2 }, (socket) => {
      socket.end(encodeError({ code: 'SERVER_FULL', message: 'Come later.' }));
    });
    await until(() => (attackers.figures()[0]?.closedByServer ?? 0) >= 4);
    await attackers.cut();
    const [figures] = attackers.figures();
    expect(figures?.opened).toBeGreaterThanOrEqual(4);
    expect(figures?.codes).toEqual([{ code: 'SERVER_FULL', count: figures?.closedByServer }]);
  });

  it('storm: each comes, gets a frame and is gone', async () => {
    const { server, attackers } = await start({ stormPerSecond: 100 }, (socket) => socket.write(frameMessage()));
    await until(() => server.sockets.filter(({ destroyed }) => destroyed).length >= 20);
    await attackers.cut();
    const [figures] = attackers.figures();
    expect(figures).toMatchObject({ kind: 'reconnect-storm', asked: 1000, closedByServer: 0, notConnected: 0 });
    expect(figures?.opened).toBeGreaterThanOrEqual(20);
  });

  it('keep to what nobody answers', async () => {
    const { attackers } = await start({ garbage: 2 }, () => undefined);
    await until(() => attackers.open === 2);
    await attackers.cut();
    expect(attackers.figures()).toMatchObject([{ kind: 'garbage', stillOpen: 2, closedByServer: 0 }]);
  });
});
