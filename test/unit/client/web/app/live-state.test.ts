import { describe, expect, it } from 'vitest';
import { EMPTY_STATE, type LiveState, applyEvent } from '../../../../../client/web/app/model/live-state.js';
import type { ApiEvent } from '../../../../../shared/api/event-schema.js';
import {
  clientSample,
  fleetSample,
  publisherSample,
  serverSample,
  statsSample,
  streamSample,
} from '../../../../helpers/api-samples.js';

const snapshotOf = (...names: string[]): ApiEvent => ({
  type: 'snapshot',
  server: serverSample(),
  streams: names.map((name) => streamSample(name)),
  clients: [clientSample('1')],
  fleet: null,
});
const statsOf = (atUs: number, ...names: string[]): ApiEvent => ({
  type: 'stats',
  server: serverSample({ nowUs: atUs }),
  streams: names.map((name) => statsSample(name, { atUs })),
  clients: [],
});
const after = (...events: ApiEvent[]): LiveState => events.reduce(applyEvent, EMPTY_STATE);
const namesOf = ({ streams }: LiveState): string[] => streams.map(({ name }) => name);

describe('applyEvent', () => {
  it('begins with a snapshot', () => {
    const state = after(snapshotOf('a', 'b'));
    expect(namesOf(state)).toEqual(['a', 'b']);
    expect(state.server?.version).toBe('1.2.3');
    expect(state.clients.map(({ id }) => id)).toEqual(['1']);
  });

  it('adds a stream that appeared, changes one in its place, and takes one away', () => {
    const appeared = after(snapshotOf('a', 'b'), { type: 'stream', event: 'appeared', stream: streamSample('c') });
    expect(namesOf(appeared)).toEqual(['a', 'b', 'c']);
    const down = applyEvent(appeared, {
      type: 'stream',
      event: 'down',
      stream: streamSample('a', { state: 'offline' }),
    });
    expect(down.streams.map(({ name, state }) => `${name} ${state}`)).toEqual(['a offline', 'b live', 'c live']);
    const removed = applyEvent(down, { type: 'stream', event: 'removed', stream: streamSample('b') });
    expect(namesOf(removed)).toEqual(['a', 'c']);
  });

  it('forgets the figures of a stream that was removed', () => {
    const state = after(snapshotOf('a', 'b'), statsOf(1, 'a', 'b'), {
      type: 'stream',
      event: 'removed',
      stream: streamSample('a'),
    });
    expect([...state.stats.keys()]).toEqual(['b']);
    expect([...state.history.keys()]).toEqual(['b']);
  });

  it('knows who is connected', () => {
    const connected = after(snapshotOf('a'), { type: 'client', event: 'connected', client: clientSample('2') });
    expect(connected.clients.map(({ id }) => id)).toEqual(['1', '2']);
    const told = applyEvent(connected, { type: 'client', event: 'connected', client: clientSample('2') });
    expect(told.clients).toHaveLength(2);
    const left = applyEvent(told, { type: 'client', event: 'disconnected', client: clientSample('1') });
    expect(left.clients.map(({ id }) => id)).toEqual(['2']);
  });

  it('keeps the latency of every second', () => {
    const state = after(snapshotOf('a'), statsOf(1, 'a'), statsOf(2, 'a'));
    expect(state.stats.get('a')?.atUs).toBe(2);
    expect(state.history.get('a')?.map(({ atUs }) => atUs)).toEqual([1, 2]);
  });

  it('leaves a gap where events were missed', () => {
    const state = after(snapshotOf('a'), statsOf(10, 'a'), snapshotOf('a'), statsOf(20, 'a'));
    expect(state.history.get('a')?.map(({ p50Us }) => p50Us)).toEqual([4_000, null, 4_000]);
  });

  it('knows the publishers of a server that has some', () => {
    expect(after(snapshotOf('a')).fleet).toBeNull();
    const state = after({ ...snapshotOf(), fleet: fleetSample() } as ApiEvent);
    expect(state.fleet?.publishers.map(({ name }) => name)).toEqual(['stream-001']);
    const publishers = [publisherSample('x'), publisherSample('y')];
    const next = applyEvent(state, { type: 'publishers', ...fleetSample({ publishers }) });
    expect(next.fleet?.publishers.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(applyEvent(next, statsOf(1)).fleet).toBe(next.fleet);
  });

  it('changes no state that somebody may still show', () => {
    const before = after(snapshotOf('a'), statsOf(1, 'a'));
    const copy = structuredClone(before);
    applyEvent(before, statsOf(2, 'a'));
    applyEvent(before, { type: 'stream', event: 'removed', stream: streamSample('a') });
    expect(before).toEqual(copy);
  });
});
