import { join } from 'node:path';
import { Command } from 'commander';
import {
  type ExitRequest,
  type Subcommand,
  addOptions,
  addSubcommand,
  captureOutput,
  exitRequest,
  rawFlags,
} from '../shared/command-line.js';
import { PACKAGE_ROOT, VERSION } from '../shared/package-info.js';
import { readConfigFile } from './config-file.js';
import { type ResolvedConfig, configFileName, resolveConfig } from './config.js';
import { GENERATE, type GenerateCommand } from './generate/generate-command.js';
import { SERVER_OPTIONS } from './options.js';
import { PUBLISH } from './publish/publish-command.js';
import type { PublishCommand } from './publish/publish-command.js';
import { PATTERN_NAMES } from './sources/pattern-spec.js';

/** Stream the sources: what `streamer-server` without a subcommand does. */
export interface ServeCommand extends ResolvedConfig {
  readonly kind: 'serve';
}

/** What a command line of `streamer-server` asks for. */
export type ServerCommand = ServeCommand | PublishCommand | GenerateCommand | ExitRequest;

/** The commands beside serving. */
const SUBCOMMANDS: readonly Subcommand<ServerCommand>[] = [PUBLISH, GENERATE];

type Env = Readonly<Record<string, string | undefined>>;

const PROGRAM = 'streamer-server';

// With `file:` the path counts as a path, whatever characters the folder of the installation has.
const DEFAULT_SOURCE = `sample=file:${join(PACKAGE_ROOT, 'videos', 'sample.mp4')}`;

const NOTES = `
Sources:
  film.mp4, pictures/, 'pictures/*.png'     a file, or images in turn
  rtsp://user:password@camera/path          RTSP; ?transport=udp if not over TCP
  http://user:password@camera/video.mjpg    MJPEG, JPEG polled at --fps, HLS
  srt://host:port  udp://...  tcp://...     any container FFmpeg reads
  device:/dev/video0                        a camera of this machine
  -                                         standard input
  test:PATTERN[?size=1280x720&fps=30]       ${PATTERN_NAMES.join(', ')}
  A name is 1 to 64 letters, digits, _ . and -. Without one, it comes from the
  file or the address. A file with a = in its own name is written ./a=b.mp4 or
  file:a=b.mp4; one that starts with - goes after --.

Configuration:
  A flag wins over an environment variable, which wins over the --config file.
  Keys of the file are the long flags in camel case (maxClients: 20,
  loop: false, classicPort: off) and sources, a list of texts, or of maps with
  settings of their own (name, url, fps: 10, record: /folder). STREAMER_SOURCES
  has one source a line.
  FFMPEG_PATH and FFPROBE_PATH name the FFmpeg to use.

Examples:
  ${PROGRAM}
  ${PROGRAM} door=a.mp4 'test:testsrc?size=640x360&fps=60'
  ${PROGRAM} yard=http://192.0.2.11/video.mjpg --record /var/lib/streamer
  ${PROGRAM} --check --config streamer.yaml
  STREAMER_TOKEN=s3cret ${PROGRAM} --host 0.0.0.0 cam.mp4
  STREAMER_ADMIN_TOKEN=s3cret ${PROGRAM} --no-sample --host 0.0.0.0

Exit codes:
  0  stopped, or all sources ended
  1  failed while running
  2  wrong usage or configuration; nothing was started
`;

/**
 * What the command line `argv` (without node and script) asks for. It reads the configuration file and nothing else,
 * prints nothing and never ends the process.
 */
export function parseServerCommand(argv: readonly string[], env: Env): ServerCommand {
  const output: string[] = [];
  let command: ServerCommand | null = null;
  const program = newProgram(output);
  program.action(() => {
    command = serve(rawFlags(program, SERVER_OPTIONS), env);
  });
  for (const subcommand of SUBCOMMANDS) {
    addSubcommand(program.command(subcommand.name), subcommand, env, (asked) => (command = asked));
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (thrown) {
    const asked = SUBCOMMANDS.find(({ name }) => name === argv[0]);
    return exitRequest(
      asked ? `${PROGRAM} ${asked.name}` : PROGRAM,
      asked?.options ?? SERVER_OPTIONS,
      output.join(''),
      thrown,
    );
  }
  if (command === null) throw new Error('commander ran no action');
  return command;
}

function newProgram(output: string[]): Command {
  const program = new Command(PROGRAM);
  // A flag behind a subcommand is its own. `help` stays free for a source of that name.
  program.enablePositionalOptions().helpCommand(false);
  // Set before any subcommand is added, because those inherit both.
  program.exitOverride().configureOutput(captureOutput(output));
  program.description('Stream video as timestamped JPEG frames over TCP and HTTP.');
  addOptions(program, SERVER_OPTIONS);
  program.optionsGroup('Operation:').version(VERSION, '-V, --version', 'print the version');
  program.helpOption('-h, --help', 'print this help').addHelpText('after', NOTES);
  return program;
}

function serve(flags: Readonly<Record<string, unknown>>, env: Env): ServeCommand {
  const name = configFileName({ flags, env });
  const file = name === null ? undefined : { name, text: readConfigFile(name) };
  return { kind: 'serve', ...resolveConfig({ flags, env, file, defaultSource: DEFAULT_SOURCE }) };
}
