import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseClientCommand } from '../../../client/cli.js';
import { CLIENT_OPTIONS } from '../../../client/options.js';

/** The configuration that a command line gives. */
function configOf(argv: string[], env: Record<string, string> = {}) {
  const command = parseClientCommand(argv, env);
  if (command.kind !== 'watch') throw new Error(JSON.stringify(command));
  return command.config;
}

/** What a command line prints instead of running. */
function exitOf(argv: string[]) {
  const command = parseClientCommand(argv, {});
  if (command.kind !== 'exit') throw new Error('it would run');
  return command;
}

describe('parseClientCommand', () => {
  it('watches the first stream of the server on this machine when nothing is said', () => {
    expect(configOf([])).toMatchObject({ host: '127.0.0.1', port: 8000, streams: [], reconnect: true, json: false });
    expect(configOf([]).name).toBe(hostname());
  });

  it('takes every flag', () => {
    const argv = [
      ...['--host', 'cam', '--port', '9', '--stream', 'a', '--stream=b', '--policy', 'queue:3', '--max-fps', '5'],
      ...['--duration', '2', '--name', 'tv', '--token', 't', '--decode', '--save-frame', 'f.jpg', '--json'],
      ...['--plain', '--no-reconnect', '--log-level', 'warn', '--tls', '--tls-ca', 'ca.pem'],
    ];
    expect(configOf(argv)).toEqual({
      host: 'cam',
      port: 9,
      streams: ['a', 'b'],
      policy: 'queue:3',
      maxFps: 5,
      durationSeconds: 2,
      name: 'tv',
      token: 't',
      decode: true,
      saveFrame: 'f.jpg',
      json: true,
      plain: true,
      reconnect: false,
      logLevel: 'warn',
      tls: { caPath: 'ca.pem' },
    });
  });

  it('takes the token from the environment', () => {
    expect(configOf([], { STREAMER_TOKEN: 'e' }).token).toBe('e');
  });

  it.each([
    [['--steam', 'a'], 'There is no option "--steam"; did you mean --stream? (BAD_USAGE)'],
    [['--stream'], "Option '--stream <name>' argument missing; --help shows what is possible. (BAD_USAGE)"],
    [['192.168.1.5'], 'Too many arguments. Expected 0 arguments but got 1; --help shows what is possible. (BAD_USAGE)'],
    [['--duration', '0'], '--duration must be a number of seconds above 0 and at most 2073600, not "0". (BAD_USAGE)'],
  ])('refuses %j', (argv, message) => {
    expect(exitOf(argv)).toEqual({
      kind: 'exit',
      exitCode: 2,
      stream: 'stderr',
      text: `streamer-client: ${message}\n`,
    });
  });
});

describe('parseClientCommand --help and --version', () => {
  const help = exitOf(['--help']);
  const words = help.text.replaceAll(/\s+/g, ' ');

  it('prints to standard output and exits 0', () => {
    expect(help).toMatchObject({ exitCode: 0, stream: 'stdout' });
    expect(exitOf(['--version'])).toMatchObject({
      exitCode: 0,
      stream: 'stdout',
      text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each(Object.values(CLIENT_OPTIONS))('shows $flags with its variables and default', (entry) => {
    expect(words).toContain(entry.flags);
    for (const variable of entry.env) expect(words).toContain(variable);
    if (typeof entry.default === 'string') expect(words).toContain(`default ${entry.default}`);
  });

  it('fits a terminal of 80 columns and tells the exit codes', () => {
    expect(Math.max(...help.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(help.text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
  });
});
