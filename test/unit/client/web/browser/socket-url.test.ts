import { describe, expect, it } from 'vitest';
import { socketUrl } from '../../../../../client/web/browser/socket-url.js';
import { StreamerError } from '../../../../../shared/errors.js';

describe('socketUrl', () => {
  it.each([
    ['http://machine-a:8080', 'ws://machine-a:8080/ws'],
    ['http://machine-a:8080/', 'ws://machine-a:8080/ws'],
    ['https://cam.example/video/', 'wss://cam.example/video/ws'],
    ['https://cam.example/video?key=1#top', 'wss://cam.example/video/ws?key=1'],
    ['ws://[::1]:8080', 'ws://[::1]:8080/ws'],
    ['wss://cam.example', 'wss://cam.example/ws'],
  ])('of %s is %s', (serverUrl, expected) => {
    expect(socketUrl(serverUrl)).toBe(expected);
    expect(socketUrl(new URL(serverUrl))).toBe(expected);
  });

  it('of a relative address is that of the page’s server', () => {
    expect(socketUrl('/', 'https://cam.example/wall/index.html')).toBe('wss://cam.example/ws');
    expect(socketUrl('../api', 'http://cam.example/a/b/')).toBe('ws://cam.example/a/api/ws');
  });

  it.each(['', '/', 'machine-a', 'machine-a:8080', 'ftp://machine-a', 'file:///x', 'http://'])(
    'refuses %j where there is no page',
    (serverUrl) => {
      expect(() => socketUrl(serverUrl)).toThrow(expect.objectContaining({ code: 'BAD_USAGE' }));
      expect(() => socketUrl(serverUrl)).toThrow(StreamerError);
    },
  );
});
