import { describe, expect, it } from 'vitest';
import { StreamLoad, readTargets, streamNames } from '../../../../client/capacity/stream-load.js';
import type { Publisher } from '../../../../client/capacity/stream-load.js';
import type { Crowd } from '../../../../client/load/crowd.js';
import type { ApiPublisher } from '../../../../shared/api/publisher-schema.js';
import { StreamerError } from '../../../../shared/errors.js';
import { crowdFiguresOf } from '../../../helpers/capacity-samples.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { subjectOf } from '../../../helpers/trust-samples.js';

/** A publisher that has no more than `most` streams, and a crowd; both note what they are told. */
function loadOf(most: number) {
  const calls: string[] = [];
  const streams = new Set<string>();
  const api: Publisher['api'] = {
    add: async (name) => {
      if (streams.size === most) throw new StreamerError('TOO_MANY_STREAMS', 'No more.');
      streams.add(name);
      calls.push(`add ${name}`);
    },
    remove: async (name) => {
      streams.delete(name);
      calls.push(`remove ${name}`);
    },
    list: async () =>
      [...streams].map(
        (name) => ({ name, nominalFps: 25, connection: { state: 'publishing', error: null } }) as ApiPublisher,
      ),
    server: async () => Promise.reject(new StreamerError('CONNECT_FAILED', 'It is gone.')),
  };
  const session = subjectOf({ kind: 'session', target: 'rtsp://host/few/load-0001', nominalFps: null });
  const crowd = {
    resize: async (size: number) => void calls.push(`readers ${size}`),
    begin: async () => {},
    end: async () => crowdFiguresOf({ sessions: [session] }),
    close: async () => void calls.push('no readers'),
  } as Partial<Crowd> as Crowd;
  const publisher = { api, stop: async () => void calls.push('stop') };
  const load = new StreamLoad(streamNames(5), publisher, crowd, new FakeClock(), new AbortController().signal);
  return { load, calls, streams };
}

describe('StreamLoad', () => {
  it('publishes before it reads, and reads no more before it ends streams', async () => {
    const { load, calls } = loadOf(9);
    await load.resize(2);
    expect(calls).toEqual(['add load-0001', 'add load-0002', 'readers 2']);
    calls.length = 0;
    await load.resize(1);
    expect(calls).toEqual(['readers 1', 'remove load-0002', 'readers 1']);
  });

  it('tells what the publisher was refused, and asks for it again at the next size', async () => {
    const { load, streams } = loadOf(2);
    await load.resize(4);
    expect((await load.end()).total.errors).toEqual([{ code: 'TOO_MANY_STREAMS', message: 'No more.', count: 2 }]);
    await load.resize(0);
    expect(streams.size).toBe(0);
    await load.resize(2);
    expect([...streams]).toEqual(['load-0001', 'load-0002']);
    expect((await load.end()).total.errors).toEqual([]);
  });

  it('knows the announced rate from the publisher', async () => {
    const { load } = loadOf(2);
    await load.resize(1);
    expect((await load.end()).sessions.map(({ nominalFps }) => nominalFps)).toEqual([25]);
  });

  it('ends readers and publisher', async () => {
    const { load, calls } = loadOf(2);
    await load.close();
    expect(calls).toEqual(['no readers', 'stop']);
  });
});

describe('readTargets', () => {
  it('shows no password', () => {
    const [target] = readTargets('rtsp://u:p@host/few', 'rtsp://u:***@host/few', streamNames(1));
    expect(target).toEqual({
      ...{ name: 'load-0001', kind: 'rtsp' },
      ...{ url: 'rtsp://u:p@host/few/load-0001', shownUrl: 'rtsp://u:***@host/few/load-0001' },
    });
  });
});
