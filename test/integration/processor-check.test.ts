import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProcessorSpec } from '../../server/pipeline/processor-spec.js';
import type { ProcessorSpec } from '../../server/pipeline/processor-spec.js';
import { checkProcessors } from '../../server/processing/check-processors.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { ProcessorFiles } from '../helpers/processor-files.js';

const GOOD = 'export const processFrame = (frame) => frame;';

let files: ProcessorFiles;

beforeAll(async () => {
  files = await ProcessorFiles.create();
});

afterAll(() => files.remove());

describe('checkProcessors', () => {
  it('takes modules that export processFrame, without setting them up, and built-in ones', async () => {
    const good = await files.module('good.mjs', `${GOOD} export function setup() { throw new Error('not now'); }`);
    const common = await files.module('common.cjs', 'exports.processFrame = (frame) => frame;');
    await checkProcessors([good, common, parseProcessorSpec('timecode', '/'), good], new SystemClock());
    await checkProcessors([], new SystemClock());
  });

  it.each([
    ['syntax.mjs', 'export function processFrame( {', 'cannot be loaded: Unexpected'],
    ['needy.mjs', `import 'no-such-package'; ${GOOD}`, "Cannot find package 'no-such-package'"],
    ['throws.mjs', "throw new Error('not today');", 'cannot be loaded: not today'],
    ['empty.mjs', '', 'exports no function processFrame.'],
    ['constant.mjs', 'export const processFrame = 5;', 'exports no function processFrame.'],
    ['default.mjs', 'export default function processFrame() {}', 'exports no function processFrame.'],
    ['hook.mjs', `${GOOD} export const setup = true;`, 'exports a setup that is no function.'],
    ['exits.mjs', `process.exit(0); ${GOOD}`, 'it ended with exit code 0.'],
  ])('refuses %s', async (name, code, reason) => {
    const good = await files.module('good.mjs', GOOD);
    const error = await faultOf([good, await files.module(name, code)]);
    expect(error).toMatchObject({ code: 'PROCESSOR_INVALID', exitCode: 2 });
    expect(error.message).toContain(`The processor ${name} cannot be used: `);
    expect(error.message).toContain(reason);
  });

  it('refuses a file that is not there, and a folder', async () => {
    const path = join(files.folder, 'folder.mjs');
    await mkdir(path);
    expect((await faultOf([parseProcessorSpec(path, '/')])).message).toContain(`${path} is no file.`);
    const missing = await faultOf([parseProcessorSpec('/no/such.mjs', '/')]);
    expect(missing.message).toBe('The processor such.mjs cannot be used: there is no file /no/such.mjs.');
  });

  it('refuses a module that is never loaded', async () => {
    const clock = new FakeClock();
    const spec = await files.module('endless.mjs', 'for (;;);');
    const fault = faultOf([spec], clock);
    clock.advance(10_000_000);
    expect((await fault).message).toContain('not loaded within 10 s.');
  });
});

async function faultOf(specs: readonly ProcessorSpec[], clock: Clock = new SystemClock()) {
  return checkProcessors(specs, clock).then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: { code: string; exitCode: number; message: string }) => error,
  );
}
