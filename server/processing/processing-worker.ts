/** A worker thread that takes the frames of one stream through its processors. */
import { types } from 'node:util';
import { workerData } from 'node:worker_threads';
import { LogBudget } from './log-budget.js';
import { loadProcessor, processorName } from './load-processor.js';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';
import type { ProcessedFrame } from './processor-api.js';
import { runChain } from './processor-chain.js';
import type { ChainLink, ChainOutcome } from './processor-chain.js';
import { createContext } from './processor-context.js';
import { thrownText } from './thrown-text.js';
import type {
  FrameAnswer,
  MessageFromWorker,
  MessageToWorker,
  PictureMessage,
  WorkerStart,
} from './worker-messages.js';

const { port, stream, processors, isCheck } = workerData as WorkerStart;
const budget = new LogBudget(
  (line) => send({ kind: 'log', line }),
  () => performance.now(),
);

async function main(): Promise<void> {
  takeOverOutput();
  const links: ChainLink[] = [];
  for (const spec of processors) {
    try {
      links.push(await prepare(spec));
    } catch (thrown) {
      // Whoever is told ends the thread; an end of its own could overtake the message.
      port.on('message', () => undefined);
      send({ kind: 'broken', name: processorName(spec), message: thrownText(thrown) });
      return;
    }
  }
  // One at a time: a message that comes while a frame is worked on, such as the one to close, waits its turn.
  let turn = Promise.resolve();
  port.on('message', (message: MessageToWorker) => {
    turn = turn.then(() => handle(message, links));
  });
  send({ kind: 'ready' });
}

async function prepare(spec: ProcessorSpec): Promise<ChainLink> {
  const context = createContext(stream, spec.parameters, (line) => budget.log(line));
  const module = await loadProcessor(spec);
  if (!isCheck) await module.setup?.(context);
  return { name: processorName(spec), module, context };
}

async function handle(message: MessageToWorker, links: readonly ChainLink[]): Promise<void> {
  if (message.kind === 'close') return closeAll(links);
  const { data: memory, width, height, captureTimeUs, sequence } = message;
  const frame = { data: new Uint8Array(memory), width, height, captureTimeUs, sequence, stream };
  answer(await runChain(links, frame), memory);
}

async function closeAll(links: readonly ChainLink[]): Promise<void> {
  for (const { name, module, context } of links) {
    try {
      await module.close?.(context);
    } catch (thrown) {
      budget.log(`${name}: ${thrownText(thrown)}`);
    }
  }
  send({ kind: 'closed' });
}

/** @param memory what the frame came in; it goes back, as the picture or beside it */
function answer(outcome: ChainOutcome, memory: ArrayBuffer): void {
  if (outcome.kind === 'dropped') {
    const spare = memory.byteLength > 0 ? memory : null;
    send({ kind: 'dropped', spare }, spare ? [spare] : []);
    return;
  }
  const picture = outcome.picture && toMessage(outcome.picture);
  const spare = memory.byteLength > 0 && picture?.data !== memory ? memory : null;
  const reply: FrameAnswer =
    outcome.kind === 'failed'
      ? { kind: 'failed', name: outcome.name, message: outcome.message, picture }
      : { kind: 'picture', picture: picture as PictureMessage, spare };
  send(reply, [...(picture ? [picture.data] : []), ...(reply.kind === 'picture' && spare ? [spare] : [])]);
}

/** Memory that can be handed over: a view of a part, or of memory that is shared, is copied. */
function toMessage({ data, width, height }: ProcessedFrame): PictureMessage {
  const { buffer } = data;
  const isWhole = types.isArrayBuffer(buffer) && buffer.byteLength === data.byteLength;
  return { data: isWhole ? buffer : new Uint8Array(data).buffer, width, height };
}

function send(message: MessageFromWorker, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** What a module prints goes to the server's log: its standard output may be a pipe that somebody reads. */
function takeOverOutput(): void {
  for (const output of [process.stdout, process.stderr]) {
    output.write = (chunk: Uint8Array | string, encoding?: unknown, done?: unknown) => {
      budget.log(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') queueMicrotask(callback as () => void);
      return true;
    };
  }
}

await main();
