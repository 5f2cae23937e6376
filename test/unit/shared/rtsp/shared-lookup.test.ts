import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SharedLookup } from '../../../../shared/rtsp/shared-lookup.js';

type Callback = Parameters<LookupFunction>[2];

describe('SharedLookup', () => {
  it('asks once for all who want the same at the same time', () => {
    const asked: { hostname: string; callback: Callback }[] = [];
    const shared = new SharedLookup((hostname, _, callback) => void asked.push({ hostname, callback }));
    const answers: unknown[] = [];
    const ask = (hostname: string, all = true) =>
      shared.lookup(hostname, { all }, (error, address) => void answers.push(error?.message ?? address));
    ask('one');
    ask('one');
    ask('two');
    ask('one', false);
    expect(asked.map(({ hostname }) => hostname)).toEqual(['one', 'two', 'one']);
    asked[0]?.callback(null, [{ address: '::1', family: 6 }]);
    expect(answers).toEqual([[{ address: '::1', family: 6 }], [{ address: '::1', family: 6 }]]);
    ask('one');
    expect(asked).toHaveLength(4);
    asked[3]?.callback(new Error('nobody knows'), '');
    expect(answers.at(-1)).toBe('nobody knows');
  });
});
