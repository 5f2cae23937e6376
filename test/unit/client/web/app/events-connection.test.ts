import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../../../client/web/app/model/api-client.js';
import { EventsConnection, type EventsStatus } from '../../../../../client/web/app/model/events-connection.js';
import type { ApiEvent } from '../../../../../shared/api/event-schema.js';
import { serverSample } from '../../../../helpers/api-samples.js';

const SNAPSHOT: ApiEvent = { type: 'snapshot', server: serverSample(), streams: [], clients: [], fleet: null };

class FakeSocket extends EventTarget {
  isClosed = false;

  constructor(readonly address: string) {
    super();
  }

  say(event: unknown): void {
    this.dispatchEvent(
      new MessageEvent('message', { data: typeof event === 'string' ? event : JSON.stringify(event) }),
    );
  }

  close(): void {
    this.isClosed = true;
    this.dispatchEvent(new Event('close'));
  }
}

/** A connection whose server answers as `problems` say, one a try, and then well. */
function connectionOf(problems: readonly ApiError[] = []) {
  const sockets: FakeSocket[] = [];
  const events: ApiEvent[] = [];
  const statuses: EventsStatus[] = [];
  let tries = 0;
  const connection = new EventsConnection({
    api: {
      server: async () => {
        const problem = problems[tries];
        tries += 1;
        if (problem !== undefined) throw problem;
        return serverSample();
      },
      socketAddress: (path) => `ws://h:1/${path}`,
    },
    onEvent: (event) => void events.push(event),
    onStatus: (status) => void statuses.push(status),
    openSocket: (address) => {
      const socket = new FakeSocket(address);
      sockets.push(socket);
      return socket;
    },
    backoff: { nextDelayMs: () => 1_000, reset: () => undefined },
  });
  return { connection, sockets, events, statuses };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('EventsConnection', () => {
  it('is connected once the server has told everything', async () => {
    const { connection, sockets, events, statuses } = connectionOf();
    await connection.open();
    expect(sockets[0]?.address).toBe('ws://h:1/api/events');
    expect(statuses).toEqual([]);
    sockets[0]?.say(SNAPSHOT);
    expect(statuses).toEqual([{ kind: 'connected' }]);
    expect(events).toEqual([SNAPSHOT]);
  });

  it('passes over what it does not understand', async () => {
    const { connection, sockets, events } = connectionOf();
    await connection.open();
    sockets[0]?.say('{');
    sockets[0]?.say({ type: 'weather' });
    expect(events).toEqual([]);
  });

  it.each([
    ['BAD_TOKEN', 401],
    ['TOO_MANY_ATTEMPTS', 429],
  ])('waits for another token when the server refuses this one with %s', async (code, status) => {
    const problem = new ApiError(code, 'The token is wrong.', status);
    const { connection, sockets, statuses } = connectionOf([problem]);
    await connection.open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(statuses).toEqual([{ kind: 'refused', problem }]);
    expect(sockets).toEqual([]);
  });

  it('tries again when the server cannot be reached', async () => {
    const problem = new ApiError('CONNECT_FAILED', 'The server cannot be reached.', null);
    const { connection, sockets, statuses } = connectionOf([problem]);
    await connection.open();
    expect(statuses).toEqual([{ kind: 'reconnecting', problem }]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(1);
  });

  it('tries again when it asked too often, which another token does not help', async () => {
    const problem = new ApiError('TOO_MANY_REQUESTS', 'Too many requests come from this address.', 429);
    const { connection, sockets, statuses } = connectionOf([problem]);
    await connection.open();
    expect(statuses).toEqual([{ kind: 'reconnecting', problem }]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(1);
  });

  it('connects again when the connection breaks', async () => {
    const { connection, sockets, statuses } = connectionOf();
    await connection.open();
    sockets[0]?.say(SNAPSHOT);
    sockets[0]?.close();
    expect(statuses.at(-1)).toMatchObject({ kind: 'reconnecting', problem: { code: 'CONNECTION_LOST' } });
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]?.say(SNAPSHOT);
    expect(statuses.at(-1)).toEqual({ kind: 'connected' });
  });

  it('takes a connection that says nothing for dead', async () => {
    const { connection, sockets, statuses } = connectionOf();
    await connection.open();
    sockets[0]?.say(SNAPSHOT);
    await vi.advanceTimersByTimeAsync(5_999);
    expect(statuses.at(-1)?.kind).toBe('connected');
    await vi.advanceTimersByTimeAsync(1);
    expect(statuses.at(-1)?.kind).toBe('reconnecting');
    expect(sockets[0]?.isClosed).toBe(true);
  });

  it('hears nothing more from a connection it has given up', async () => {
    const { connection, sockets, events } = connectionOf();
    await connection.open();
    await vi.advanceTimersByTimeAsync(10_000);
    sockets[0]?.say(SNAPSHOT);
    expect(events).toEqual([]);
  });

  it('does nothing more once it is closed', async () => {
    const { connection, sockets, statuses } = connectionOf();
    await connection.open();
    sockets[0]?.say(SNAPSHOT);
    connection.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(statuses).toEqual([{ kind: 'connected' }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
