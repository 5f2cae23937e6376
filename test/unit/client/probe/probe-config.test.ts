import { describe, expect, it } from 'vitest';
import { parseClientCommand } from '../../../../client/cli.js';

/** What `streamer-client probe` with these arguments asks for. */
const commandOf = (argv: readonly string[], env: Record<string, string> = {}) =>
  parseClientCommand(['probe', ...argv], env);

describe('the command line of the probe', () => {
  it('measures what it is given, with the clock of this machine', () => {
    const command = commandOf(['door=rtsp://host/cam']);
    expect(command).toMatchObject({
      kind: 'probe',
      config: {
        ...{ clockUrl: null, token: null, reconnect: true, durationSeconds: null, json: false, plain: false },
        ...{ logLevel: 'info', targets: [{ name: 'door', kind: 'rtsp', url: 'rtsp://host/cam' }] },
      },
    });
  });

  it('takes every flag, and the token from the environment', () => {
    const flags = ['--clock', 'streamer://host:9', '--duration', '2.5', '--no-reconnect', '--json', '--plain'];
    const command = commandOf(['a.mp4', ...flags, '--log-level', 'debug', 'b.mp4'], { STREAMER_TOKEN: 's3cret' });
    expect(command).toMatchObject({
      config: {
        ...{ clockUrl: 'streamer://host:9', durationSeconds: 2.5, reconnect: false, json: true, plain: true },
        ...{ logLevel: 'debug', token: 's3cret', targets: [{ url: 'a.mp4' }, { url: 'b.mp4' }] },
      },
    });
  });

  it.each([
    [[], /Give at least one URL/],
    [['x.mp4', '--clock', 'host:8000'], /--clock must be an address such as streamer:\/\/host:8000/],
    [['x.mp4', '--clock', 'streamer://host/a/b'], /names no stream/],
    [['x.mp4', '--duration', '0'], /--duration must be a number of seconds above 0/],
    [['x.mp4', '--tokn=s3cret'], /There is no option "--tokn"; did you mean --token\?/],
  ])('refuses %j', (argv, message) => {
    expect(commandOf(argv)).toMatchObject({
      ...{ kind: 'exit', exitCode: 2, stream: 'stderr' },
      text: expect.stringMatching(message) as string,
    });
  });

  it('has a help that fits a terminal, and stands in that of the client', () => {
    const help = commandOf(['--help']);
    if (help.kind !== 'exit') throw new Error('it would run');
    expect(Math.max(...help.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(help.text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
    const all = parseClientCommand(['--help'], {});
    expect(all.kind === 'exit' && all.text).toMatch(/^ {2}probe .*Measure what comes/m);
  });
});
