import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Coordinator } from '../../../../client/bench/coordinator.js';
import { NodeDevice } from '../../../../client/bench/node-device.js';
import { SystemClock } from '../../../../shared/clock.js';
import type { BenchNotice } from '../../../../shared/protocol/bench-messages.js';
import { encodeBench, encodeWelcome } from '../../../../shared/protocol/codec.js';
import { resultOf } from '../../../helpers/bench-room-of-test.js';
import { streamInfo } from '../../../helpers/observed-frame.js';
import { ScriptedServer } from '../../../helpers/scripted-server.js';

const clock = new SystemClock();
const CAM = streamInfo({ name: 'cam' });
const DEVICE = { id: 1, name: 'x', platform: 'node', joinedTimeUs: 1, leftTimeUs: null } as const;
const RUN = { kind: 'run', benchId: 1, stream: 'cam', startTimeUs: 1, stopTimeUs: 2 } as const;

/** A server that says what is written here, whatever is asked. */
let server: ScriptedServer;
afterEach(() => server.stop());

async function serve(notices: readonly BenchNotice[], features: readonly string[] | null = ['bench']) {
  const about = { version: 1, sessionId: 's', statsIntervalMs: 1000, streams: [CAM], subscribed: [] };
  const bytes = Buffer.concat([
    encodeWelcome({ ...about, ...(features && { features }) }),
    ...notices.map(encodeBench),
  ]);
  server = await ScriptedServer.start((socket: Socket) => void socket.write(bytes));
  return server.port;
}

function coordinatorOf(port: number): Coordinator {
  const usual = { name: 'boss', token: null, stream: null, devices: 1, durationMs: 1000, waitMs: 60_000, leadMs: 0 };
  return new Coordinator({ host: '127.0.0.1', port, ...usual }, clock);
}

describe('Coordinator', () => {
  it('tells that a server knows no benchmarks', async () => {
    const port = await serve([], null);
    await expect(coordinatorOf(port).run()).rejects.toMatchObject({ code: 'BENCH_UNKNOWN' });
  });

  it('bears a server that says things nobody asked for, in any order', async () => {
    const port = await serve([
      { kind: 'deviceResult', deviceId: 7, ...resultOf([1]) },
      { kind: 'deviceProgress', deviceId: 7, frames: 1, latencyP50Us: null, latencyP99Us: null, clockErrorUs: null },
      { kind: 'joined', deviceId: 1, name: 'x' },
      { kind: 'announced', benchId: 1, stream: 'cam' },
      RUN,
      { kind: 'opened', benchId: 1 },
      { kind: 'devices', devices: [DEVICE] },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([1]) },
      RUN,
      { kind: 'opened', benchId: 2 },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([5]) },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([6, 7]) },
      RUN,
    ]);
    const { devices, window, trouble } = await coordinatorOf(port).run();
    expect({ window, trouble }).toEqual({ window: { startTimeUs: 1, stopTimeUs: 2 }, trouble: null });
    // One result a device: the first that came when there was a window.
    expect(devices.map(({ result }) => result?.received)).toEqual([1]);
  });

  it('remembers only so many devices', async () => {
    const lists = Array.from({ length: 20 }, (_, list): BenchNotice => {
      const devices = Array.from({ length: 128 }, (_, n) => ({ ...DEVICE, id: 1 + list * 128 + n, leftTimeUs: 1 }));
      return { kind: 'devices', devices };
    });
    const port = await serve([{ kind: 'opened', benchId: 1 }, ...lists, { kind: 'over', benchId: 1, reason: 'no' }]);
    const coordinator = coordinatorOf(port);
    await expect(coordinator.run()).rejects.toMatchObject({ code: 'BENCH_OVER' });
    expect(coordinator.devices).toHaveLength(1024);
  });

  it('reports what it has when the server ends the benchmark in its window', async () => {
    const stopTimeUs = clock.nowUs() + 3_600_000_000;
    const port = await serve([
      { kind: 'opened', benchId: 1 },
      { kind: 'devices', devices: [DEVICE] },
      { ...RUN, stopTimeUs },
      { kind: 'over', benchId: 1, reason: 'the server says so' },
    ]);
    const { trouble, devices } = await coordinatorOf(port).run();
    expect(trouble).toMatchObject({
      code: 'BENCH_OVER',
      message: 'The server ended the benchmark: the server says so',
    });
    expect(devices).toHaveLength(1);
  });

  it('passes on what the server refuses, under a code of ours', async () => {
    for (const [code, expected] of [
      ['BENCH_BUSY', 'BENCH_BUSY'],
      ['FROM_THE_FUTURE', 'BENCH_REFUSED'],
    ] as const) {
      const port = await serve([{ kind: 'refused', code, message: 'No.' }]);
      await expect(coordinatorOf(port).run()).rejects.toMatchObject({ code: expected, message: 'No.' });
      await server.stop();
    }
  });
});

describe('NodeDevice', () => {
  it('ends where no benchmarks are known, and where there is no room', async () => {
    for (const [features, notices, code] of [
      [null, [], 'BENCH_UNKNOWN'],
      [['bench'], [{ kind: 'refused', code: 'BENCH_FULL', message: 'Full.' }], 'BENCH_FULL'],
    ] as const) {
      const port = await serve(notices, features);
      expect(await endOf(port)).toBe(code);
      await server.stop();
    }
  });

  it('bears a window that makes no sense, of a stream that it does not receive', async () => {
    const port = await serve([
      { kind: 'joined', deviceId: 1, name: 'x' },
      { kind: 'opened', benchId: 1 },
      { kind: 'over', benchId: 9, reason: '' },
      { kind: 'refused', code: 'BENCH_REFUSED', message: 'No.' },
      { kind: 'deviceResult', deviceId: 1, ...resultOf([1]) },
      { kind: 'refused', code: 'BENCH_FULL', message: 'Enough.' },
    ]);
    expect(await endOf(port)).toBe('BENCH_FULL');
  });
});

function endOf(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { path: { host: '127.0.0.1', port, token: null }, tls: null, name: 'x' };
    const listener = { onEnd: (error: { readonly code: string } | null) => resolve(error?.code ?? null) };
    new NodeDevice({ ...options, policy: 'latest', about: 'a test' }, listener, clock).start();
  });
}
