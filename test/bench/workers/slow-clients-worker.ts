/** The badly behaved clients of the tests, in a process of their own so that nothing but themselves makes them slow. */
import { startSlowClients } from '../../helpers/slow-clients.js';
import type { SlowClients } from '../../helpers/slow-clients.js';
import { serveCommands } from '../worker-link.js';

let clients: SlowClients | null = null;

export const commands = {
  async connect({ port }: { port: number }) {
    clients = await startSlowClients(port);
  },

  figures() {
    return clients?.figures() ?? null;
  },
};

/** The commands this worker takes. */
export type SlowClientsCommands = typeof commands;

serveCommands(commands);
