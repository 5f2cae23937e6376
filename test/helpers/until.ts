import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;

/**
 * Resolves once `holds` returns true, asked again every few milliseconds. For conditions that have no event to wait for,
 * such as another process's children; the test's own time-out ends it when it never holds.
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(POLL_MS);
}
