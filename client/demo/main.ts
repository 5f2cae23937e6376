import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Without a terminal the demo measures for this long and prints plain lines. */
const PLAIN_SECONDS = 10;

const SERVER = fileURLToPath(new URL('../../server/main.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('../main.js', import.meta.url));

/** Starts a server on the bundled sample and resolves to its port once it listens. */
async function startServer(): Promise<{ server: ChildProcess; port: number }> {
  const server = spawn(process.execPath, [SERVER, '--port', '0', '--log-level', 'info'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
    if (msg === 'listening' && port !== undefined) {
      server.stdout.resume();
      return { server, port };
    }
  }
  throw new Error('the server did not start');
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

// Both children share the terminal, so Ctrl+C reaches the client itself; the demo waits for its summary.
process.on('SIGINT', () => undefined);
const { server, port } = await startServer();
process.on('SIGTERM', () => server.kill('SIGTERM'));
const mode = process.stdout.isTTY ? [] : ['--plain', '--duration', String(PLAIN_SECONDS)];
const client = spawn(process.execPath, [CLIENT, '--port', String(port), ...mode], { stdio: 'inherit' });
process.exitCode = await exitCodeOf(client);
if (server.exitCode === null) {
  server.kill('SIGTERM');
  await exitCodeOf(server);
}
