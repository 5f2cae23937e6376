import { describe, expect, it } from 'vitest';
import { Hub } from '../../../../server/hub/hub.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { START_US } from '../../../helpers/fake-frames.js';

function describeStream(name: string) {
  return { name, width: 4, height: 2, fps: 30, timeSource: 'schedule', startTimeUs: START_US } as const;
}

describe('Hub', () => {
  it('gives each stream the next id and keeps their order', () => {
    const hub = new Hub(new FakeClock());
    const [b, a] = [hub.add(describeStream('b')), hub.add(describeStream('a'))];
    expect([b.id, a.id]).toEqual([1, 2]);
    expect(hub.list()).toEqual([b, a]);
    expect(hub.byName('a')).toBe(a);
    expect(hub.byId(1)).toBe(b);
    expect(hub.byName('c')).toBeUndefined();
    expect(hub.byId(3)).toBeUndefined();
  });

  it('refuses a name that is taken', () => {
    const hub = new Hub(new FakeClock());
    hub.add(describeStream('a'));
    expect(() => hub.add(describeStream('a'))).toThrow(new RangeError('a stream named a exists already'));
  });

  it('tells listeners of every change of any stream until they leave', () => {
    const hub = new Hub(new FakeClock());
    const events: string[] = [];
    const stop = hub.onChange(({ event, stream }) => events.push(`${event} ${stream.name} ${stream.state}`));
    const a = hub.add(describeStream('a'));
    const b = hub.add(describeStream('b'));
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
    hub.add(describeStream('a'));
    hub.add(describeStream('b'));
    expect(events).toEqual(['appeared', 'appeared']);
  });

  it('has room for 65,535 streams and no more', () => {
    const hub = new Hub(new FakeClock());
    // Only the counter is looked at: filling it by adding would take minutes.
    Object.assign(hub, { nextId: 65_535 });
    expect(hub.add(describeStream('last')).id).toBe(65_535);
    expect(() => hub.add(describeStream('one-more'))).toThrow(new RangeError('no stream id is left'));
  });
});
