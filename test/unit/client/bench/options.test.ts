import { describe, expect, it } from 'vitest';
import { resolveBenchConfig } from '../../../../client/bench/bench-config.js';
import { devicePath } from '../../../../client/bench/device-address.js';
import { resolveJoinConfig } from '../../../../client/bench/join-config.js';
import { parseClientCommand } from '../../../../client/cli.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const clock = new FakeClock();

describe('devicePath', () => {
  it.each([
    ['cam.example', { host: 'cam.example', port: 8000 }],
    ['192.168.1.20:9000', { host: '192.168.1.20', port: 9000 }],
    ['streamer://cam.example:9000', { host: 'cam.example', port: 9000 }],
    ['fe80::1', { host: 'fe80::1', port: 8000 }],
    ['[fe80::1]:9000', { host: 'fe80::1', port: 9000 }],
    ['streamer://cam.example?token=own', { host: 'cam.example', token: 'own' }],
    ['ws://cam.example:8080', { host: 'cam.example', port: 8080, token: 'given' }],
    ['wss://cam.example/proxy/ws', { host: 'cam.example', port: 443, openLink: expect.any(Function) as unknown }],
  ])('understands %s', (text, path) => {
    expect(devicePath(text, 'given', clock)).toMatchObject(path);
  });

  it.each([
    'http://cam.example',
    'rtsp://x',
    'streamer://',
    'cam.example:99999',
    'streamer://cam.example/cam',
    'ws://[',
  ])('refuses %s', (text) => {
    expect(errorOf(() => devicePath(text, null, clock))).toMatchObject({ code: 'BAD_USAGE' });
  });

  it('shows no token', () => {
    const error = errorOf(() => devicePath('streamer://cam.example/cam?token=s3cret', null, clock));
    expect(error.message).not.toContain('s3cret');
  });
});

describe('the options of join', () => {
  it('have defaults, and the name of the machine', () => {
    expect(resolveJoinConfig({}, {}, 'kitchen-pi')).toMatchObject({
      ...{ server: '127.0.0.1', name: 'kitchen-pi', once: false, policy: 'latest', token: null, tls: null },
    });
    expect(resolveJoinConfig({}, { STREAMER_TOKEN: 't' }, '\u001b[2J')).toMatchObject({ name: 'device', token: 't' });
    expect(resolveJoinConfig({}, {}, 'h'.repeat(100)).name).toBe('h'.repeat(64));
  });

  it.each([{ name: '' }, { name: 'n'.repeat(65) }, { name: 'a\nb' }, { server: ['a', 'b'] }, { policy: 'newest' }])(
    'refuse %j',
    (flags) => {
      expect(errorOf(() => resolveJoinConfig(flags, {}, 'x'))).toMatchObject({ code: 'BAD_USAGE' });
    },
  );
});

describe('the options of bench', () => {
  it('become milliseconds and microseconds', () => {
    const config = resolveBenchConfig({ duration: '1.5', wait: '2', lead: '0', maxClockError: '0.5', local: '3' }, {});
    expect(config).toMatchObject({ durationMs: 1500, waitMs: 2000, leadMs: 0, maxClockErrorUs: 500, devices: 3 });
    expect(resolveBenchConfig({}, {})).toMatchObject({ devices: 1, durationMs: 60_000, maxClockErrorUs: null });
  });

  it.each([
    { devices: '0' },
    { devices: '257' },
    { duration: '0.9' },
    { duration: '86401' },
    { lead: '61' },
    { lead: '-1' },
    { wait: '0' },
    { wait: '3601' },
    { stream: 'a b' },
    { maxClockError: '0' },
    { report: ['x.pdf'] },
  ])('refuse %j', (flags) => {
    expect(errorOf(() => resolveBenchConfig(flags, {}))).toMatchObject({ code: 'BAD_USAGE' });
  });
});

it.each(['bench', 'join'])('the help of %s fits a terminal of 80 columns', (name) => {
  const help = parseClientCommand([name, '--help'], {});
  if (help.kind !== 'exit') throw new Error('that is no help');
  expect(help.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
