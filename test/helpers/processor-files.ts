import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProcessorSpec } from '../../server/pipeline/processor-spec.js';
import type { ProcessorSpec } from '../../server/pipeline/processor-spec.js';

/** Processor modules for tests, in a folder of their own that `remove` takes away. */
export class ProcessorFiles {
  private constructor(readonly folder: string) {}

  static async create(): Promise<ProcessorFiles> {
    return new ProcessorFiles(await mkdtemp(join(tmpdir(), 'processors-')));
  }

  /** Writes a module of this code; `query` is what stands behind its name, such as `?level=7`. */
  async module(name: string, code: string, query = ''): Promise<ProcessorSpec> {
    await writeFile(join(this.folder, name), code);
    return parseProcessorSpec(name + query, this.folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
