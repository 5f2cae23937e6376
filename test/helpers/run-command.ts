import { execa } from 'execa';

/** What a finished command left behind. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string } = {},
): Promise<CommandResult> {
  const { exitCode, signal, stdout, stderr } = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...options,
  });
  return { exitCode, signal, stdout, stderr };
}

/** Runs a script of ours with the Node.js that runs the tests. */
export function runNode(script: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}) {
  return runCommand(process.execPath, [script, ...args], options);
}
