import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BENCH_OPTIONS } from '../../client/bench/bench-options.js';
import { JOIN_OPTIONS } from '../../client/bench/join-options.js';
import { CAMERAS_OPTIONS } from '../../client/cameras/cameras-options.js';
import { CAPACITY_OPTIONS } from '../../client/capacity/capacity-options.js';
import { CHAOS_OPTIONS } from '../../client/chaos/chaos-options.js';
import { COMPARE_OPTIONS } from '../../client/compare/compare-options.js';
import { LOAD_OPTIONS } from '../../client/load/load-options.js';
import { CLIENT_OPTIONS } from '../../client/options.js';
import { PROBE_OPTIONS } from '../../client/probe/probe-options.js';
import { RUN_OUTPUT_OPTIONS } from '../../client/report/run-output.js';
import { GENERATE_OPTIONS } from '../../server/generate/generate-options.js';
import { SERVER_OPTIONS } from '../../server/options.js';
import { PUBLISH_OPTIONS } from '../../server/publish/publish-options.js';
import { PATTERN_NAMES } from '../../server/sources/pattern-spec.js';
import { ERROR_CODES } from '../../shared/errors.js';
import type { OptionEntry, OptionTable } from '../../shared/option-table.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, server = '', client = ''] = readme.split(/^## streamer-(?:server|client)$/m);
const SUBCOMMANDS: Readonly<Record<string, OptionTable>> = {
  'Measuring runs': RUN_OUTPUT_OPTIONS,
  'streamer-client load': withoutOutput(LOAD_OPTIONS),
  'streamer-client cameras': withoutOutput(CAMERAS_OPTIONS),
  'streamer-client capacity': withoutOutput(CAPACITY_OPTIONS),
  'streamer-client bench': withoutOutput(BENCH_OPTIONS),
  'streamer-client join': JOIN_OPTIONS,
  'streamer-client chaos': withoutOutput(CHAOS_OPTIONS),
  'streamer-client compare': withoutOutput(COMPARE_OPTIONS),
  'streamer-client probe': PROBE_OPTIONS,
  'streamer-server publish': PUBLISH_OPTIONS,
  'streamer-server generate': GENERATE_OPTIONS,
};

describe('README', () => {
  it.each(Object.values<OptionEntry>(SERVER_OPTIONS).map((entry) => [entry.flags, entry] as const))(
    'says what %s of the server is, and its variables',
    (flags, { env }) => {
      expect(server).toContain(flags.split(' ')[0]);
      for (const variable of env) expect(server).toContain(variable);
    },
  );

  it.each(Object.values<OptionEntry>(CLIENT_OPTIONS).map((entry) => [entry.flags, entry] as const))(
    'says what %s of the client is, and its variables',
    (flags, { env }) => {
      expect(client).toContain(flags.split(' ')[0]);
      for (const variable of env) expect(client).toContain(variable);
    },
  );

  const options = Object.entries(SUBCOMMANDS).flatMap(([command, table]) =>
    Object.values<OptionEntry>(table).map((entry) => [command, entry.flags.split(' ')[0] ?? '', entry.env] as const),
  );
  it.each(options)('says of %s what %s is, and its variables', (command, flag, env) => {
    const section = readme.split(`\n## ${command}\n`)[1]?.split('\n## ')[0];
    for (const word of [flag, ...env]) expect(section).toContain(word);
  });

  it.each(Object.entries(SERVER_OPTIONS).filter(([, entry]) => 'inFile' in entry))(
    'names the key %s of the file',
    (key) => {
      expect(server).toContain(`\`${key}`);
    },
  );

  it.each(PATTERN_NAMES)('names the pattern %s', (name) => {
    expect(server).toContain(`\`${name}\``);
  });

  it.each(Object.entries(ERROR_CODES))('says what %s means', (code, { meaning }) => {
    expect(readme).toMatch(new RegExp(`\`${code}\`.*${meaning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  });

  it('gives the commands that run and test the project', () => {
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
  });
});

/** The options of a measuring run that are its own; those of all stand in one place. */
function withoutOutput(table: OptionTable): OptionTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !(key in RUN_OUTPUT_OPTIONS)));
}
