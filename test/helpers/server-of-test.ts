import { onTestFinished } from 'vitest';
import { ServerProcess } from './server-process.js';

/** Starts a server for the running test, at whose end it is stopped, however that end comes. */
export function spawnServer(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, cwd?: string): ServerProcess {
  const server = ServerProcess.spawn(args, env, cwd);
  onTestFinished(async () => void (await server.stop()));
  return server;
}

/** As `spawnServer`; resolves when the server listens. */
export async function startServer(
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<ServerProcess> {
  const server = spawnServer(args, env, cwd);
  await server.logged((line) => line.msg === 'listening');
  return server;
}
