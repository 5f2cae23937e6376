import { lookup } from 'node:dns';
import type { HostGate } from '../../shared/http/http-client.js';
import { failure } from '../../shared/http/http-errors.js';

/** Lets requests go to the host of `url` alone, so that a redirect does not bring load to somebody else. */
export function sameHostGate(url: URL): HostGate {
  return {
    checkHost: async (host) => {
      if (host === url.hostname) return;
      throw failure('SOURCE_BAD_ANSWER', url, `it redirects to ${host}, which is another host and is left alone.`);
    },
    lookup,
  };
}
