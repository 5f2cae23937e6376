import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A checkout on a slow disk may take long to compare. */
const TIMEOUT_MS = 5000;

/**
 * Commit of the checkout whose root is `folder`, twelve digits, with `+` where files differ from it. Null where `folder` is
 * no such root, such as a package that is installed inside of somebody else's checkout, or there is no Git. It keeps this
 * thread for some milliseconds, so it is asked before anything is measured.
 */
export function checkoutCommit(folder: string): string | null {
  const hash = git(folder, ['rev-parse', '--short=12', 'HEAD']);
  if (hash === null) return null;
  return git(folder, ['status', '--porcelain']) === '' ? hash : `${hash}+`;
}

/** Named outright, the checkout is neither looked for in the folders above nor taken from the environment of a hook. */
function git(folder: string, args: readonly string[]): string | null {
  const checkout = [`--git-dir=${join(folder, '.git')}`, `--work-tree=${folder}`];
  try {
    return execFileSync('git', ['--no-optional-locks', ...checkout, ...args], {
      encoding: 'utf8',
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      windowsHide: true,
    }).trim();
  } catch {
    return null;
  }
}
