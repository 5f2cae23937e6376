import type { ServerResponse } from 'node:http';

/** A signal that aborts when whoever asked hangs up before the answer was sent. */
export function goneSignal(response: Pick<ServerResponse, 'destroyed' | 'once'>): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}
