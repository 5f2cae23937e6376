import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';
import type { ProcessorModule } from './processor-api.js';
import { thrownText } from './thrown-text.js';
import { createTimecode } from './timecode.js';
import { createWatermark } from './watermark.js';

const HOOKS = ['setup', 'close'] as const;

/** What a processor is called in messages: its file without the folder, or its built-in name. */
export function processorName({ kind, path }: ProcessorSpec): string {
  return path === null ? kind : basename(path);
}

/**
 * Makes a built-in processor or loads a module; runs in the worker.
 *
 * @throws {Error} whose message says what is wrong with the module
 */
export async function loadProcessor(spec: ProcessorSpec): Promise<ProcessorModule> {
  if (spec.kind === 'watermark') return createWatermark(spec.parameters);
  if (spec.kind === 'timecode' || spec.path === null) return createTimecode();
  await checkFile(spec.path);
  return checkExports(spec.path, await importModule(spec.path));
}

async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new Error(`there is no file ${path}.`);
  if (!found.isFile()) throw new Error(`${path} is no file.`);
}

async function importModule(path: string): Promise<object> {
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (cause) {
    const where = cause instanceof SyntaxError ? ` (node --check ${path} shows where)` : '';
    throw new Error(`${path} cannot be loaded: ${thrownText(cause)}${where}`, { cause });
  }
}

function checkExports(path: string, exported: object): ProcessorModule {
  const { processFrame, ...hooks } = exported as Partial<Record<keyof ProcessorModule, unknown>>;
  if (typeof processFrame !== 'function') throw new Error(`${path} exports no function processFrame.`);
  for (const name of HOOKS) {
    if (hooks[name] === undefined || typeof hooks[name] === 'function') continue;
    throw new Error(`${path} exports a ${name} that is no function.`);
  }
  return exported as ProcessorModule;
}
