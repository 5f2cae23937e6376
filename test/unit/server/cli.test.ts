import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseServerCommand } from '../../../server/cli.js';
import { SERVER_OPTIONS } from '../../../server/options.js';

/** The configuration that a command line gives. */
function configOf(argv: string[], env: Record<string, string> = {}) {
  const command = parseServerCommand(argv, env);
  if (command.kind !== 'serve') throw new Error('text' in command ? command.text : command.kind);
  return command.config;
}

/** What a command line prints instead of serving. */
function exitOf(argv: string[], env: Record<string, string> = {}) {
  const command = parseServerCommand(argv, env);
  if (command.kind !== 'exit') throw new Error('it would serve');
  return command;
}

describe('parseServerCommand', () => {
  it('serves the bundled sample when nothing is said', () => {
    const command = parseServerCommand([], {});
    expect(command).toMatchObject({ kind: 'serve', warnings: [], config: { port: 8000, streams: [{ loop: true }] } });
    const source = configOf([]).streams[0]?.source;
    if (source?.kind !== 'file') throw new Error('no file');
    expect(source.name).toBe('sample');
    expect(isAbsolute(source.path)).toBe(true);
    expect(basename(source.path)).toBe('sample.mp4');
  });

  it('takes every flag', () => {
    const argv = [
      ...['a.mp4', '--host', '::1', '--port=0', '--classic-port', '0', '--fps', '30000/1001', '--width', '640'],
      ...['--height', '480', '--quality', '90', '--no-loop', '--max-clients', '5', '--token', '-t', '--hwaccel'],
      ...['auto', '--log-level', 'debug', '--check', 'b=test:bars', '--max-streams', '7', '--processor', 'timecode'],
      ...['--frame-buffer', '3', '--policy', 'every', '--no-on-demand', '--idle-timeout', '5', '--record', '/r'],
      ...['--record-format', 'mp4', '--record-segment', '1m', '--record-keep', '1GB', '--processor', 'watermark'],
      ...['--admin-token', 'a', '--tls-cert', '/c', '--tls-key', '/k', '--max-client-mbps', '8', '--http-port', '1'],
      ...['--allow-source', 'h', '--recordings', '/s', '--cors-origin', 'http://o', '--trusted-proxy', '::1'],
      ...['--public-host', 'cams.lan', '--rtsp-publish', 'rtsp://h/p', '--rtsp-codec', 'h265', '--rtsp-bitrate', '3M'],
    ];
    const settings = {
      ...{ fps: 30_000 / 1001, width: 640, height: 480, quality: 90, loop: false, hwaccel: 'auto' },
      ...{ frameBuffer: 3, policy: 'every', onDemand: false, idleTimeoutMs: 5000 },
      processors: ['timecode', 'watermark'].map((kind) => ({ kind, path: null, parameters: {} })),
      record: {
        ...{ directory: '/r', format: 'mp4', segmentSeconds: 60, segmentBytes: null },
        ...{ keepSeconds: null, keepBytes: 1e9 },
      },
    };
    const rtsp = { codec: 'h265', bitrateBps: 3e6 };
    const { streamValues: _, ...config } = configOf(argv);
    expect(config).toEqual({
      host: '::1',
      port: 0,
      classicPort: 0,
      maxClients: 5,
      maxStreams: 7,
      token: '-t',
      adminToken: 'a',
      tls: { certPath: '/c', keyPath: '/k' },
      maxClientBytesPerSecond: 1e6,
      httpPort: 1,
      allowSources: ['h'],
      recordingsDirectory: '/s',
      corsOrigins: ['http://o'],
      publicHosts: ['cams.lan'],
      trustedProxies: ['::1'],
      mediamtx: false,
      logLevel: 'debug',
      check: true,
      streams: [
        {
          name: 'a',
          source: { kind: 'file', name: 'a', path: 'a.mp4' },
          isGuarded: false,
          ...settings,
          rtsp: { url: 'rtsp://h/p/a', ...rtsp },
        },
        {
          name: 'b',
          source: { kind: 'pattern', name: 'b', pattern: 'bars', width: 1280, height: 720, fps: 30 },
          isGuarded: false,
          ...settings,
          rtsp: { url: 'rtsp://h/p/b', ...rtsp },
        },
      ],
    });
  });

  it('takes one value for each time a flag is given, so that sources can follow', () => {
    const argv = ['--processor', 'timecode', '--processor', 'watermark', '--cors-origin', 'http://o', 'a.mp4', 'b.mp4'];
    const { streams, corsOrigins } = configOf(argv);
    expect(streams.map(({ name, processors }) => [name, processors.map(({ kind }) => kind)])).toEqual([
      ['a', ['timecode', 'watermark']],
      ['b', ['timecode', 'watermark']],
    ]);
    expect(corsOrigins).toEqual(['http://o']);
  });

  it('takes what stands after -- as sources', () => {
    const { streams } = configOf(['--port', '0', '--', '-a.mp4', '--port', '--help', 'x\ny "z".mp4']);
    expect(streams.map(({ source }) => source.kind === 'file' && source.path)).toEqual([
      '-a.mp4',
      '--port',
      '--help',
      'x\ny "z".mp4',
    ]);
  });

  it('hands on what the environment says and what was ignored', () => {
    expect(configOf([], { STREAMER_PORT: '9' }).port).toBe(9);
    expect(configOf(['--port', '7'], { STREAMER_PORT: '9' }).port).toBe(7);
    expect(parseServerCommand([], { STREAMER_ABCDEFGH: '1' })).toMatchObject({
      warnings: [expect.stringContaining('STREAMER_ABCDEFGH')],
    });
  });
});

describe('parseServerCommand, configuration file', () => {
  let folder: string;
  let fileName: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamer-cli-'));
    fileName = join(folder, 'streamer.yaml');
    writeFileSync(fileName, 'port: 9\nquality: 9\nlogLevel: error\n');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the file of --config or STREAMER_CONFIG', () => {
    const expected = { port: 1, logLevel: 'error', streams: [{ quality: 2 }] };
    expect(configOf(['--config', fileName, '--port', '1'], { STREAMER_QUALITY: '2' })).toMatchObject(expected);
    expect(configOf(['--port', '1'], { STREAMER_QUALITY: '2', STREAMER_CONFIG: fileName })).toMatchObject(expected);
  });

  it('ends with code 2 when the file cannot be read', () => {
    const { text, exitCode } = exitOf(['--config', join(folder, 'absent.yaml')]);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^streamer-server: The configuration file .*absent\.yaml cannot be read: it does not exist\./);
  });
});

describe('parseServerCommand, errors', () => {
  it.each([
    [['--prot', '1'], 'There is no option "--prot"; did you mean --port? (BAD_USAGE)'],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not "x". (BAD_USAGE)'],
    [['--port', '-1'], '--port must be a whole number from 0 to 65535, not "-1". (BAD_USAGE)'],
    [['--port', '--fps'], '--port must be a whole number from 0 to 65535, not "--fps". (BAD_USAGE)'],
    [['--port='], '--port has no value; give one or leave it out. (BAD_USAGE)'],
    [['--zzzzzzzz'], 'There is no option "--zzzzzzzz"; --help shows all options. (BAD_USAGE)'],
    [['-x'], 'There is no option "-x"; --help shows all options. (BAD_USAGE)'],
    [['--port'], "Option '--port <number>' argument missing; --help shows what is possible. (BAD_USAGE)"],
    [['test:x'], 'There is no test pattern "x"; the patterns are bars, testsrc, gradient, noise, life. (BAD_USAGE)'],
  ])('%j', (argv, message) => {
    expect(exitOf(argv)).toEqual({
      kind: 'exit',
      exitCode: 2,
      stream: 'stderr',
      text: `streamer-server: ${message}\n`,
    });
  });

  it('refuses an empty argument', () => {
    expect(exitOf(['']).text).toMatch(/^streamer-server: source must be a list of 1 to 256 sources/);
  });

  it.each([[['--tokn=SECRET9']], [["--tok'n=SECRET9'"]], [['--token=SECRET9\n']], [['--token', 'SECRET9\u0000']]])(
    'does not print a token: %j',
    (argv) => {
      expect(exitOf(argv).text).not.toContain('SECRET9');
    },
  );
});

describe('parseServerCommand --help and --version', () => {
  const help = exitOf(['--help']);

  it('prints to standard output and exits 0', () => {
    expect(help).toMatchObject({ exitCode: 0, stream: 'stdout' });
    expect(help.text).toMatch(/^Usage: streamer-server \[options\] \[command\] \[source\.\.\.\]\n/);
    expect(exitOf(['--port', 'x', '-h']).text).toBe(help.text);
  });

  const words = help.text.replaceAll(/\s+/g, ' ');

  it.each(Object.entries(SERVER_OPTIONS))('shows %s with its variables and default', (_key, entry) => {
    expect(words).toContain(entry.flags.startsWith('[') ? 'source' : entry.flags);
    for (const variable of entry.env) expect(words).toContain(variable);
    if (typeof entry.default === 'number') expect(words).toContain(`default ${entry.default}`);
  });

  it('fits a terminal of 80 columns', () => {
    const longest = Math.max(...help.text.split('\n').map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(80);
  });

  it('tells the exit codes', () => {
    expect(help.text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
  });

  it('prints the version', () => {
    expect(exitOf(['--version'])).toMatchObject({
      exitCode: 0,
      stream: 'stdout',
      text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
