import { describe, expect, it } from 'vitest';
import type { StreamChange, StreamState } from '../../../../shared/protocol/messages.js';
import { createStream, DESCRIPTION } from '../../../helpers/hub-stream-of-test.js';

describe('HubStream.setState', () => {
  const reason = (message: string) => ({ code: 'SOURCE_FAILED', message });

  function watched() {
    const { stream } = createStream();
    const changes: StreamChange[] = [];
    stream.observe({ onChange: (change) => changes.push(change) });
    return { stream, changes };
  }

  function eventsOf(...states: StreamState[]) {
    const { stream, changes } = watched();
    states.forEach((state, index) => stream.setState(state, state === 'offline' ? reason(String(index)) : undefined));
    return changes.map((change) => `${change.event} ${change.stream.state}`);
  }

  it('begins as idle, without a reason', () => {
    const { stream } = createStream();
    expect(stream.info()).toEqual({ id: 3, name: 'cam', ...DESCRIPTION, state: 'idle' });
    expect(stream.reason).toBeUndefined();
  });

  it('tells the stream as it is now, and why', () => {
    const { stream, changes } = watched();
    stream.setState('offline', reason('It broke.'));
    expect(changes).toEqual([
      { event: 'down', stream: { id: 3, name: 'cam', ...DESCRIPTION, state: 'offline' }, reason: reason('It broke.') },
    ]);
    expect(stream.reason).toEqual(reason('It broke.'));
    stream.setState('connecting');
    expect(stream.reason).toBeUndefined();
    expect(changes[1]).not.toHaveProperty('reason');
  });

  it('says nothing when neither state nor reason changes', () => {
    const { stream, changes } = watched();
    stream.setState('offline', reason('a'));
    stream.setState('offline', reason('a'));
    expect(changes).toHaveLength(1);
    stream.setState('offline', reason('b'));
    expect(changes).toHaveLength(2);
  });

  it('is changed while it comes and goes', () => {
    expect(eventsOf('connecting', 'live', 'idle')).toEqual(['changed connecting', 'changed live', 'changed idle']);
  });

  it('is up again only when frames come, not while it is tried', () => {
    expect(eventsOf('connecting', 'live', 'offline', 'connecting', 'offline', 'connecting', 'live', 'idle')).toEqual([
      'changed connecting',
      'changed live',
      'down offline',
      'changed connecting',
      'down offline',
      'changed connecting',
      'up live',
      'changed idle',
    ]);
  });

  it('is up once for each time it was down', () => {
    expect(eventsOf('offline', 'live', 'idle', 'connecting', 'live')).toEqual([
      'down offline',
      'up live',
      'changed idle',
      'changed connecting',
      'changed live',
    ]);
  });

  it('is not up because nobody looks at it any more', () => {
    expect(eventsOf('offline', 'idle', 'connecting', 'live')).toEqual([
      'down offline',
      'changed idle',
      'changed connecting',
      'up live',
    ]);
  });

  it('is connected in every kind of ill health', () => {
    expect(eventsOf('offline', 'silent', 'frozen', 'clock-jump', 'degraded', 'live')).toEqual([
      'down offline',
      'up silent',
      'changed frozen',
      'changed clock-jump',
      'changed degraded',
      'changed live',
    ]);
  });

  it('is ended from any state', () => {
    expect(eventsOf('offline', 'ended')).toEqual(['down offline', 'ended ended']);
    expect(eventsOf('live', 'ended')).toEqual(['changed live', 'ended ended']);
  });
});
