import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

/**
 * Looks up names as Node does, but no name twice at the same time. Lookups wait for one of few threads, and nobody can
 * call them off: without this, hundreds of publishers to a name whose server hangs would queue ever more of them.
 */
export class SharedLookup {
  private readonly waiting = new Map<string, Callback[]>();

  constructor(private readonly resolve: LookupFunction = lookup) {}

  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const key = JSON.stringify([hostname, options]);
    const others = this.waiting.get(key);
    if (others) return void others.push(callback);
    const callbacks = [callback];
    this.waiting.set(key, callbacks);
    this.resolve(hostname, options, (...answer) => {
      this.waiting.delete(key);
      for (const each of callbacks) each(...answer);
    });
  };
}
