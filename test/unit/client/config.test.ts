import { describe, expect, it } from 'vitest';
import { type ClientConfigInputs, resolveClientConfig } from '../../../client/config.js';
import { errorOf } from '../../helpers/error-of.js';

const configOf = (inputs: Partial<ClientConfigInputs>) =>
  resolveClientConfig({ flags: {}, env: {}, hostname: 'laptop', ...inputs });
const failure = (inputs: Partial<ClientConfigInputs>) => errorOf(() => configOf(inputs));

const DEFAULTS = {
  host: '127.0.0.1',
  port: 8000,
  streams: [],
  policy: 'latest',
  maxFps: null,
  durationSeconds: null,
  name: 'laptop',
  token: null,
  tls: null,
  decode: false,
  saveFrame: null,
  json: false,
  plain: false,
  reconnect: true,
  logLevel: 'info',
};

describe('resolveClientConfig', () => {
  it('has a default for everything', () => {
    expect(configOf({})).toEqual(DEFAULTS);
  });

  it.each([
    [{ host: 'cam.local' }, { host: 'cam.local' }],
    [{ port: '65535' }, { port: 65_535 }],
    [{ stream: ['a', 'b', 'a'] }, { streams: ['a', 'b'] }],
    [{ stream: ['all'] }, { streams: 'all' }],
    [{ stream: ['all', 'all'] }, { streams: 'all' }],
    [{ policy: 'every' }, { policy: 'every' }],
    [{ policy: 'queue:1' }, { policy: 'queue:1' }],
    [{ policy: 'queue:1000' }, { policy: 'queue:1000' }],
    [{ maxFps: '0.5' }, { maxFps: 0.5 }],
    [{ duration: '1.5' }, { durationSeconds: 1.5 }],
    [{ name: 'Küche 1' }, { name: 'Küche 1' }],
    [{ token: 'x' }, { token: 'x' }],
    [{ tls: true }, { tls: { caPath: null } }],
    [{ tlsCa: 'ca.pem' }, { tls: { caPath: 'ca.pem' } }],
    [{ tls: true, tlsCa: 'ca.pem' }, { tls: { caPath: 'ca.pem' } }],
    [
      { decode: true, json: true, plain: true, reconnect: false },
      { decode: true, json: true, plain: true, reconnect: false },
    ],
    [{ saveFrame: '-a b.jpg' }, { saveFrame: '-a b.jpg' }],
    [{ logLevel: 'Silent' }, { logLevel: 'silent' }],
  ])('takes the flags %j', (flags, expected) => {
    expect(configOf({ flags })).toEqual({ ...DEFAULTS, ...expected });
  });

  it('takes the token and the log level from the environment, and nothing that is meant for a server', () => {
    const env = { STREAMER_TOKEN: 'e', LOG_LEVEL: 'warn', STREAMER_PORT: '1', STREAMER_HOST: '0.0.0.0' };
    expect(configOf({ env })).toEqual({ ...DEFAULTS, token: 'e', logLevel: 'warn' });
    expect(configOf({ env: { ...env, STREAMER_LOG_LEVEL: 'error' } }).logLevel).toBe('error');
    expect(configOf({ env, flags: { token: 'f', logLevel: 'debug' } })).toMatchObject({
      token: 'f',
      logLevel: 'debug',
    });
  });

  it('does without a host name that it cannot send', () => {
    expect(configOf({ hostname: '' }).name).toBe('unnamed');
    expect(configOf({ hostname: 'a\nb' }).name).toBe('unnamed');
  });

  it('is frozen', () => {
    const config = configOf({ flags: { stream: ['a'] } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.streams)).toBe(true);
  });
});

describe('resolveClientConfig, wrong values', () => {
  const POLICY = 'latest, every, or queue:N with N from 1 to 1000';
  const STREAM = 'up to 64 names of streams (letters, digits, _ . and -, 64 at most), or "all" alone';

  it.each([
    [{ host: 'cam:8000' }, '--host must be a host name or an IP address, without a port, not "cam:8000".'],
    [{ port: '0' }, '--port must be a whole number from 1 to 65535, not "0".'],
    [{ stream: ['all', 'a'] }, `--stream must be ${STREAM}, not "all a".`],
    [{ stream: ['a b'] }, `--stream must be ${STREAM}, not "a b".`],
    [{ stream: ['*'] }, `--stream must be ${STREAM}, not "*".`],
    [{ stream: [''] }, `--stream must be ${STREAM}, not "".`],
    [{ policy: 'queue' }, `--policy must be ${POLICY}, not "queue".`],
    [{ policy: 'queue:0' }, `--policy must be ${POLICY}, not "queue:0".`],
    [{ policy: 'queue:1001' }, `--policy must be ${POLICY}, not "queue:1001".`],
    [{ policy: 'newest' }, `--policy must be ${POLICY}, not "newest".`],
    [{ maxFps: '0' }, '--max-fps must be a number above 0 and at most 1000, not "0".'],
    [{ duration: '-1' }, '--duration must be a number of seconds above 0 and at most 2073600, not "-1".'],
    [{ duration: '2073601' }, '--duration must be a number of seconds above 0 and at most 2073600, not "2073601".'],
    [{ name: 'a\tb' }, '--name must be 1 to 128 printable characters, not "a\\tb".'],
    [{ name: '' }, '--name has no value; give one or leave it out.'],
    [{ saveFrame: '' }, '--save-frame has no value; give one or leave it out.'],
    [{ saveFrame: 'a\0' }, '--save-frame must be the path of a file, not "a\\u0000".'],
    [{ logLevel: 'loud' }, '--log-level must be one of trace, debug, info, warn, error, silent, not "loud".'],
    [{ token: '' }, '--token has no value; give one or leave it out.'],
    [{ token: 'SECRET9\n' }, '--token must be text of 1 to 1024 characters, all on one line.'],
  ])('%j', (flags, message) => {
    expect(failure({ flags })).toMatchObject({ code: 'BAD_USAGE', message });
  });

  it('refuses more streams than a client may ask for', () => {
    const stream = Array.from({ length: 65 }, (_, n) => `s${n}`);
    expect(failure({ flags: { stream } }).message.length).toBeLessThan(300);
    expect(configOf({ flags: { stream: stream.slice(1) } }).streams).toHaveLength(64);
  });

  it.each([
    [{ STREAMER_TOKEN: '' }, 'STREAMER_TOKEN has no value; give one or leave it out.'],
    [{ STREAMER_TOKEN: 'SECRET9\n' }, 'STREAMER_TOKEN must be text of 1 to 1024 characters, all on one line.'],
    [{ LOG_LEVEL: 'x' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "x".'],
  ])('%j', (env, message) => {
    expect(failure({ env })).toMatchObject({ code: 'BAD_CONFIG', message });
  });
});
