import { describe, expect, it } from 'vitest';
import { hostName, isLocalHost, isSameHost, namesOfMachine } from '../../../../server/api/host-header.js';

describe('isLocalHost', () => {
  it.each([
    ...['localhost', 'localhost:8080', 'LOCALHOST', 'localhost.', 'cam.localhost:8080'],
    ...['127.0.0.1', '127.0.0.1:80', '192.168.1.7:8080', '[::1]', '[::1]:8080', '[2001:db8::1]:8080'],
  ])('%s is an address or this machine', (host) => expect(isLocalHost(host)).toBe(true));

  it.each([
    ...['evil.example', 'evil.example:8080', 'localhost.evil.example', 'notlocalhost', '127.0.0.1.evil.example', ''],
    ...[
      'localhost@evil.example',
      'evil.example#localhost',
      'localhost/',
      'user:pw@localhost',
      'localhost:80:80',
      ' localhost',
    ],
    ...['[::1', '::1', '[::1]x', 'local host', 'localhost:999999', '..'],
  ])('%s is not', (host) => expect(isLocalHost(host)).toBe(false));
});

describe('namesOfMachine', () => {
  it.each([
    ['box', ['box', 'box.local']],
    ['Box.home.lan', ['box.home.lan', 'box', 'box.local']],
    ['box.local', ['box.local', 'box']],
    ['', []],
  ])('of %s are %j', (name, names) => expect(namesOfMachine(name)).toEqual(names));
});

describe('hostName', () => {
  it.each([
    ['Cam.Example:8080', 'cam.example'],
    ['cam.example.', 'cam.example'],
    ['[::1]:80', '[::1]'],
    ['me@cam.example', ''],
    ['', ''],
  ])('of %s is %s', (host, name) => expect(hostName(host)).toBe(name));
});

describe('isSameHost', () => {
  it.each([
    ['localhost:8080', 'http://localhost:8080'],
    ['LocalHost:8080', 'http://localhost:8080'],
    ['cam.example', 'http://cam.example'],
    ['cam.example:80', 'http://cam.example'],
    ['cam.example', 'https://cam.example'],
    ['cam.example:443', 'https://cam.example'],
    ['[::1]:8080', 'http://[::1]:8080'],
  ])('%s serves %s', (host, origin) => expect(isSameHost(host, origin)).toBe(true));

  it.each([
    ['localhost:8080', 'http://localhost'],
    ['localhost:8080', 'http://localhost:8081'],
    ['cam.example:443', 'http://cam.example'],
    ['cam.example', 'http://cam.example.evil'],
    ['cam.example', 'null'],
    ['', 'null'],
    ['', 'file://'],
    ['cam.example', ''],
    ['cam.example@evil', 'http://evil'],
  ])('%s does not serve %s', (host, origin) => expect(isSameHost(host, origin)).toBe(false));
});
