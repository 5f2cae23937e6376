import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Whether a test that needs a real program, file or device may run: `it.skipIf(!requirePart('tmux', …))`. Where the
 * part is missing the test is skipped, and what to install is printed.
 *
 * @throws {Error} where CI is set, because there every part is installed and nothing may be skipped in silence.
 */
export function requirePart(name: string, found: boolean, howToInstall: string): boolean {
  if (found) return true;
  const reason = `${name} is missing; to run the tests that need it: ${howToInstall}`;
  if (process.env.CI) throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

/** Whether `command` is an executable file in one of the folders of PATH. */
export function hasCommand(command: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
