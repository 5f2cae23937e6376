import { trueOrFalse } from '../../shared/option-schema.js';
import type { OptionTable } from '../../shared/option-table.js';
import { RUN_OUTPUT_OPTIONS } from '../report/run-output.js';
import { conditionTexts, resultFiles } from './compare-schema.js';

const COMPARE = 'Compare';

/** Every option of `streamer-client compare`. */
export const COMPARE_OPTIONS = {
  file: {
    flags: '[file...]',
    env: [],
    group: COMPARE,
    help: 'A.json and B.json, where each side is one run',
    schema: resultFiles(),
    default: [],
  },
  a: {
    flags: '--a <file>',
    repeatable: true,
    env: [],
    group: COMPARE,
    help: 'a run of the side before; give it once for each repeated run',
    schema: resultFiles(),
    default: [],
  },
  b: {
    flags: '--b <file>',
    repeatable: true,
    env: [],
    group: COMPARE,
    help: 'a run of the side after',
    schema: resultFiles(),
    default: [],
  },
  failIf: {
    flags: '--fail-if <conditions>',
    repeatable: true,
    env: [],
    group: COMPARE,
    help: 'exit with 1 where one of them holds for sure: p99>+10%, p99>50ms, lost>0, fps<-5%',
    schema: conditionTexts(),
    default: [],
  },
  allowUnlike: {
    flags: '--allow-unlike',
    env: [],
    group: COMPARE,
    help: 'compare runs that differ in more than their figures, or are invalid',
    schema: trueOrFalse(),
    default: false,
  },
  ...RUN_OUTPUT_OPTIONS,
} as const satisfies OptionTable;
