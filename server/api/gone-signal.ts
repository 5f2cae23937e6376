/** Where an answer goes to; it closes when it was taken, or never will be. */
export interface AnswerTaker {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** A signal that aborts when whoever asked hangs up before the answer was sent. */
export function goneSignal(response: AnswerTaker): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}
