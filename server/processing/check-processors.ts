import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';
import { processorName } from './load-processor.js';
import { startProcessorThread } from './processor-thread.js';

const LOAD_LIMIT_MS = 10_000;
const MAX_HEAP_MB = 512;

/**
 * Loads each module once, in a worker that is then ended, so that a server can refuse a wrong one before it starts.
 * `setup` is not called.
 *
 * @throws {StreamerError} PROCESSOR_INVALID: no such file, a syntax error, no `processFrame`, not loaded in 10 s
 */
export async function checkProcessors(specs: readonly ProcessorSpec[], clock: Clock): Promise<void> {
  const modules = new Map(specs.filter(({ kind }) => kind === 'module').map((spec) => [spec.path, spec]));
  for (const spec of modules.values()) {
    const fault = await loadFault(spec, clock);
    if (fault === null) continue;
    throw new StreamerError('PROCESSOR_INVALID', `The processor ${processorName(spec)} cannot be used: ${fault}`);
  }
}

/** What is wrong with a module, or null. */
async function loadFault(spec: ProcessorSpec, clock: Clock): Promise<string | null> {
  const { promise, resolve } = withResolver<string | null>();
  const request = { stream: processorName(spec), processors: [spec], isCheck: true, maxHeapMb: MAX_HEAP_MB };
  const thread = startProcessorThread(request, {
    onMessage: (message) => {
      if (message.kind === 'ready') resolve(null);
      if (message.kind === 'broken') resolve(message.message);
    },
    onGone: resolve,
  });
  const cancel = clock.schedule(LOAD_LIMIT_MS * 1000, () => resolve(`not loaded within ${LOAD_LIMIT_MS / 1000} s.`));
  const fault = await promise;
  cancel();
  await thread.terminate();
  return fault;
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((callback) => (resolve = callback)), resolve };
}
