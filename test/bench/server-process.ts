import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Children } from './children.js';

const BINARY = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** A real `streamer-server` that listens. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  end(): Promise<void>;
}

/** Starts `streamer-server` with `args` on a free port; resolves when it listens. */
export async function startServer(children: Children, args: readonly string[]): Promise<ServerProcess> {
  const child = children.start(process.execPath, [BINARY, '--port', '0', '--http-port', '0', ...args]);
  const port = await portOf(child);
  return { pid: child.pid ?? 0, port, end: () => children.end(child) };
}

/** The log is JSON, a line an event, when it does not go to a terminal. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000);
      const line = text.split('\n').find((candidate) => candidate.includes('"listening"') && candidate.endsWith('}'));
      if (!line) return;
      child.stdout?.off('data', look).resume();
      resolve((JSON.parse(line) as { port: number }).port);
    };
    let errors = '';
    child.stdout?.on('data', look);
    child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
    child.once('exit', (code) => reject(new Error(`streamer-server ended with ${code}: ${errors.trim()}`)));
  });
}
