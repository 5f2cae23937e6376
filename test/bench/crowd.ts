import { maxOpenFiles } from './process-figures.js';

/** The stream that is served to a crowd of clients on this machine: length of each JPEG, and frames a second. */
export const FRAME_BYTES = 30_000;
export const FPS = 30;
export const INTERVAL_MS = 1000 / FPS;

/** All clients are one process, whose garbage collector should not be what is measured: it gets room. */
export const CLIENTS_OPTIONS = ['--max-semi-space-size=64'];

/** Files a process has open besides its connections. */
const OTHER_FILES = 64;

/** How many files a process of `clients` connections opens. */
export function filesOf(clients: number): number {
  return clients + OTHER_FILES;
}

/** How many connections one process may have here. */
export function maxConnections(): number {
  return maxOpenFiles() - OTHER_FILES;
}
