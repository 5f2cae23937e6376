import { StreamerError } from '../../shared/errors.js';

/** The StreamerError that `run` throws; anything else fails the test. */
export function errorOf(run: () => unknown): StreamerError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof StreamerError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
