import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Without a terminal the demo measures for this long and prints plain lines. */
const PLAIN_SECONDS = 10;

const SERVER = fileURLToPath(new URL('../../server/main.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('../main.js', import.meta.url));

/** Streams the bundled sample on a free port. */
function startServer(): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [SERVER, '--port', '0', '--http-port', '0', '--log-level', 'info'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface Ports {
  readonly port: number;
  readonly httpPort: number;
}

/** The ports of the server once it listens; null when it ended instead, having said why. */
async function portsOf(server: ChildProcessByStdio<null, Readable, null>): Promise<Ports | null> {
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, ...ports } = JSON.parse(line) as Ports & { msg?: string };
    if (msg === 'listening') {
      server.stdout.resume();
      return ports;
    }
  }
  return null;
}

function startClient(port: number): ChildProcess {
  const mode = process.stdout.isTTY ? [] : ['--plain', '--duration', String(PLAIN_SECONDS)];
  return spawn(process.execPath, [CLIENT, '--port', String(port), ...mode], { stdio: 'inherit' });
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? 1);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

const server = startServer();
// The client first: it sums up and ends, and then the demo ends the server. Without a client there is only the server.
let firstToEnd: ChildProcess = server;
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => firstToEnd.kill('SIGTERM'));
// Both children share the terminal, so Ctrl+C reaches the client itself; the demo waits for its summary.
process.on('SIGINT', () => undefined);

const ports = await portsOf(server);
if (ports === null) {
  process.exitCode = await exitCodeOf(server);
} else {
  const { port, httpPort } = ports;
  process.stdout.write(`Web interface, while this runs: http://127.0.0.1:${httpPort}/\n`);
  const client = startClient(port);
  firstToEnd = client;
  process.exitCode = await exitCodeOf(client);
  server.kill('SIGTERM');
  await exitCodeOf(server);
}
