import { describe, expect, it } from 'vitest';
import { Hub } from '../../../../server/hub/hub.js';
import type { StreamChange } from '../../../../shared/protocol/messages.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { START_US } from '../../../helpers/fake-frames.js';

const OPTIONS = { frameBuffer: 1, policy: 'latest' } as const;
const ENCODING = { mode: 'encoded', reason: 'a test' } as const;
const FACTS = {
  width: 4,
  height: 2,
  fps: 30,
  timeSource: 'schedule',
  startTimeUs: START_US,
  encoding: ENCODING,
} as const;

const REMOVED = { code: 'STREAM_REMOVED', message: 'It was taken away.' };

describe('Hub', () => {
  it('gives each stream the next id and keeps their order', () => {
    const hub = new Hub(new FakeClock());
    const [b, a] = [hub.add('b', OPTIONS, FACTS), hub.add('a', OPTIONS, FACTS)];
    expect([b.id, a.id]).toEqual([1, 2]);
    expect(hub.list()).toEqual([b, a]);
    expect(hub.byName('a')).toBe(a);
    expect(hub.byId(1)).toBe(b);
    expect(hub.byName('c')).toBeUndefined();
    expect(hub.byId(3)).toBeUndefined();
  });

  it('refuses a name that is taken', () => {
    const hub = new Hub(new FakeClock());
    hub.add('a', OPTIONS, FACTS);
    expect(() => hub.add('a', OPTIONS, FACTS)).toThrow(new RangeError('a stream named a exists already'));
  });

  it('tells listeners of every change of any stream until they leave', () => {
    const hub = new Hub(new FakeClock());
    const events: string[] = [];
    const stop = hub.onChange(({ event, stream }) => events.push(`${event} ${stream.name} ${stream.state}`));
    const a = hub.add('a', OPTIONS, FACTS);
    const b = hub.add('b', OPTIONS, FACTS);
    a.setState('connecting');
    b.setState('ended');
    stop();
    a.setState('live');
    expect(events).toEqual(['appeared a idle', 'appeared b idle', 'changed a connecting', 'ended b ended']);
  });

  it('still tells the other listeners when one leaves while being told', () => {
    const hub = new Hub(new FakeClock());
    const events: string[] = [];
    const stop = hub.onChange(() => stop());
    hub.onChange(({ event }) => events.push(event));
    hub.add('a', OPTIONS, FACTS);
    hub.add('b', OPTIONS, FACTS);
    expect(events).toEqual(['appeared', 'appeared']);
  });

  it('uses an id again only after all others', () => {
    const hub = new Hub(new FakeClock());
    const first = hub.add('first', OPTIONS, FACTS);
    hub.add('second', OPTIONS, FACTS);
    hub.remove(first, REMOVED);
    expect(hub.add('third', OPTIONS, FACTS).id).toBe(3);
    Object.assign(hub, { nextId: 65_535 });
    expect(['last', 'again', 'more'].map((name) => hub.add(name, OPTIONS, FACTS).id)).toEqual([65_535, 1, 4]);
  });

  it('takes a stream away: its name is free, and everybody is told why, once', () => {
    const hub = new Hub(new FakeClock());
    const changes: StreamChange[] = [];
    const stream = hub.add('a', OPTIONS, FACTS);
    hub.onChange((change) => changes.push(change));
    hub.remove(stream, REMOVED);
    hub.remove(stream, REMOVED);
    expect(changes).toEqual([
      { event: 'removed', stream: { id: 1, name: 'a', ...FACTS, state: 'ended' }, reason: REMOVED },
    ]);
    expect([hub.byName('a'), hub.byId(1), hub.list()]).toEqual([undefined, undefined, []]);
    expect(hub.add('a', OPTIONS, FACTS).id).toBe(2);
  });
});
