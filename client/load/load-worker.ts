/** A worker thread that holds sessions of a crowd. */
import { parentPort, workerData } from 'node:worker_threads';
import { toStreamerError } from '../../shared/errors.js';
import { ThreadWatch } from '../trust/thread-watch.js';
import type { FromWorker, NumberedOrder, Order, ThreadResult, WorkerStart } from './load-messages.js';
import { SessionPool } from './session-pool.js';
import { WorkerClock } from './worker-clock.js';

const { options, anchor, window } = workerData as WorkerStart;
const clock = new WorkerClock(anchor);
const watch = new ThreadWatch(clock);
const pool = new SessionPool({ clock, watch, options, say: (second) => say({ kind: 'second', second }) }, window);

parentPort?.on('message', ({ number, order }: NumberedOrder) => void answer(number, order));

async function answer(number: number, order: Order): Promise<void> {
  try {
    const figures = await carryOut(order);
    say({ kind: 'states', states: pool.states() });
    say({ kind: 'answer', number, figures, error: null });
  } catch (thrown) {
    // The thread would end with it, and its sessions without a goodbye.
    const { code, message } = toStreamerError(thrown);
    say({ kind: 'answer', number, figures: null, error: { code, message } });
  }
}

async function carryOut(order: Order): Promise<ThreadResult | null> {
  switch (order.kind) {
    case 'open':
      await pool.open(order.sessions, order.limitUs);
      return null;
    case 'drop':
      await pool.drop(order.ids);
      return null;
    case 'begin':
      await pool.begin(order.window);
      return null;
    case 'end':
      return pool.end();
    case 'close':
      await pool.close();
      watch.close();
      return null;
  }
}

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}
