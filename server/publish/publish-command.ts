import { join } from 'node:path';
import type { Subcommand } from '../../shared/command-line.js';
import { flagName } from '../../shared/option-table.js';
import type { OptionEntry } from '../../shared/option-table.js';
import { PACKAGE_ROOT } from '../../shared/package-info.js';
import { redactText } from '../../shared/redact.js';
import { readConfigFile } from '../config-file.js';
import { publishFileName, resolvePublish } from './publish-config.js';
import type { ResolvedPublish } from './publish-config.js';
import { PUBLISH_OPTIONS } from './publish-options.js';

/** Publish looping videos: what `streamer-server publish` does. */
export interface PublishCommand extends ResolvedPublish {
  readonly kind: 'publish';
  /** The command line as it was given, without secrets. */
  readonly line: string;
}

const NOTES = `
Configuration:
  The file of --config has the long flags in camel case as keys (maxStreams: 100),
  or the sections video_sources, publisher, load_test, limits and monitoring, or
  both. A flag wins over the file.

Examples:
  streamer-server publish --mediamtx --streams 10
  streamer-server publish --to rtsp://192.0.2.5:8554/load --streams 50 \\
    --video a.mp4 --video b.mp4 --duration 300
  streamer-server publish --video 'test:testsrc?size=1280x720&fps=30' --codec h265
  streamer-server publish --config load-test.yaml

Exit codes:
  0  stopped, or all that was asked for is done
  1  nothing could be published, or a limit kept streams from running
  2  wrong usage or configuration; nothing was started
  130  stopped before anything was published
`;

export const PUBLISH: Subcommand<PublishCommand> = {
  name: 'publish',
  description: 'Publish any number of looping videos to an RTSP server.',
  options: PUBLISH_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const name = publishFileName(flags);
    const file = name === null ? null : { name, text: readConfigFile(name) };
    const sampleVideo = join(PACKAGE_ROOT, 'videos', 'sample.mp4');
    return { kind: 'publish', line: commandLine(flags), ...resolvePublish({ flags, env, file, sampleVideo }) };
  },
};

function commandLine(flags: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(PUBLISH_OPTIONS).flatMap(([key, entry]) => flagWords(entry, flags[key]));
  return ['streamer-server', 'publish', ...words].join(' ');
}

function flagWords(entry: OptionEntry, value: unknown): string[] {
  if (value === undefined) return [];
  if (value === true) return [flagName(entry)];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((each) => [flagName(entry), entry.secret ? '***' : redactText(quoted(String(each)))]);
}

/** As a shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
