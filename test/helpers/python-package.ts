import { fileURLToPath } from 'node:url';
import { requirePart } from './real-parts.js';
import { type CommandResult, runCommand } from './run-command.js';

const PYTHON = process.env.FRAME_STREAMER_PYTHON ?? 'python3';
const PROGRAMS = fileURLToPath(new URL('../e2e/python/package_client.py', import.meta.url));
/** Folder of the Python package. */
export const PYTHON_PACKAGE = fileURLToPath(new URL('../../client/python/', import.meta.url));

/** Whether there is a Python with what the package needs, and with the modules named. */
export async function requirePythonPackage(...modules: readonly string[]): Promise<boolean> {
  const needed = ['numpy', 'cv2', ...modules];
  const found = (await runCommand(PYTHON, ['-c', `import ${needed.join(', ')}`])).exitCode === 0;
  const howToInstall = 'pip install --requirement test/tools/python-requirements.txt, named by FRAME_STREAMER_PYTHON';
  return requirePart(`Python with ${needed.join(', ')}`, found, howToInstall);
}

/** Runs Python in the folder of the package, which it can import; leaves nothing behind there. */
export function runPython(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const paths = { PYTHONPATH: `${PYTHON_PACKAGE}src`, PYTHONDONTWRITEBYTECODE: '1' };
  return runCommand(PYTHON, args, { cwd: PYTHON_PACKAGE, env: { ...paths, ...env } });
}

/**
 * Runs a program of test/e2e/python/package_client.py; returns what it printed.
 *
 * @throws {Error} with what it said when it failed.
 */
export async function runProgram<T>(name: string, options: object): Promise<T> {
  const { exitCode, stdout, stderr } = await runPython([PROGRAMS, name, JSON.stringify(options)]);
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
