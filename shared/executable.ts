import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Whether `path` is a file that this process may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Absolute path of the first `program` in `folders`; its name without the ending that Windows wants. */
export async function firstExecutable(folders: readonly string[], program: string): Promise<string | undefined> {
  const fileName = platform() === 'win32' ? `${program}.exe` : program;
  for (const folder of folders) {
    const path = resolve(join(folder, fileName));
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** The folders of PATH, in order. */
export function searchPath(env: Readonly<Record<string, string | undefined>>): string[] {
  // Windows spells the variable `Path`, and a copied environment is no longer case-insensitive there.
  const folders = env.PATH ?? env.Path ?? '';
  return folders.split(delimiter).filter((folder) => folder !== '');
}
