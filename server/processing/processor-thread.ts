import { MessageChannel, Worker } from 'node:worker_threads';
import type { PictureToProcess } from '../pipeline/frame-processing.js';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';
import { thrownText } from './thrown-text.js';
import type { MessageFromWorker, MessageToWorker, WorkerStart } from './worker-messages.js';

/** What a worker is to do. */
export interface ThreadRequest {
  readonly stream: string;
  readonly processors: readonly ProcessorSpec[];
  /** Only load the processors; the thread answers `ready` or `broken`. */
  readonly isCheck?: boolean;
  /** Most memory its JavaScript objects may take; pictures and models lie elsewhere and do not count. */
  readonly maxHeapMb: number;
}

/** Told of what a worker does; `onGone` is the last call, and says why it ended. */
export interface ThreadSink {
  onMessage(message: MessageFromWorker): void;
  onGone(reason: string): void;
}

/** A worker thread with processors in it. It does not keep the process alive. */
export interface ProcessorThread {
  /** Hands a picture and its memory over. */
  send(picture: PictureToProcess): void;
  /** Has the processors closed after what they work on; the thread says `closed` and stays. */
  askToClose(): void;
  /** Ends the thread whatever it does; resolves when it is gone. Idempotent. */
  terminate(): Promise<void>;
}

export type StartThread = (request: ThreadRequest, sink: ThreadSink) => ProcessorThread;

/** Starts a worker thread; never throws. */
export const startProcessorThread: StartThread = ({ maxHeapMb, isCheck = false, stream, processors }, sink) => {
  const { port1: port, port2 } = new MessageChannel();
  const start: WorkerStart = { port: port2, stream, processors, isCheck };
  const { file, isCode } = workerFile();
  const worker = new Worker(file, {
    name: `processors of ${stream}`,
    eval: isCode,
    workerData: start,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    stdout: true,
    stderr: true,
  });
  let reason: string | null = null;
  // What a module prints comes as messages; nothing of the thread may reach our own output past them.
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', (error) => (reason = thrownText(error)));
  worker.on('exit', (exitCode) => sink.onGone(reason ?? `it ended with exit code ${exitCode}.`));
  port.on('message', (message: MessageFromWorker) => sink.onMessage(message));
  port.unref();
  worker.unref();
  return {
    send({ data, width, height, captureTimeUs, sequence }) {
      const memory = ownMemory(data);
      const message: MessageToWorker = { kind: 'frame', data: memory, width, height, captureTimeUs, sequence };
      port.postMessage(message, [memory]);
    },
    askToClose() {
      port.postMessage({ kind: 'close' } satisfies MessageToWorker);
    },
    async terminate() {
      await worker.terminate();
    },
  };
};

/**
 * The worker's entry beside this file. Where that is TypeScript, in tests, Node needs the loader of the tests, which it
 * does not take over into a worker.
 */
function workerFile(): { readonly file: URL | string; readonly isCode: boolean } {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(`./processing-worker.${isSource ? 'ts' : 'js'}`, import.meta.url);
  if (!isSource) return { file, isCode: false };
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); });`;
  return { file: code, isCode: true };
}

/** Memory that holds the picture and nothing else, so that it can be handed over; a part of other memory is copied. */
function ownMemory(data: Buffer): ArrayBuffer {
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === data.length) return buffer;
  return new Uint8Array(data).buffer;
}
