import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atAddress, hostOfUrl } from '../../../../server/sources/guarded-url.js';
import { errorOf } from '../../../helpers/error-of.js';

const refusal = (action: () => unknown) => errorOf(action).code;

describe('hostOfUrl', () => {
  it.each([
    ['rtsp://camera.lan/live', 'camera.lan'],
    ['RTSP://user:pass@camera.lan:554/live?x=y@z', 'camera.lan'],
    ['rtsp://user:p@ss@camera.lan', 'camera.lan'],
    ['http://[2001:db8::1]:8080/', '[2001:db8::1]'],
    ['srt://camera.lan:9000?mode=caller&streamid=#!::r=cam', 'camera.lan'],
    ['udp://239.0.0.1:5000?fifo_size=1000&overrun_nonfatal=1', '239.0.0.1'],
    ['tcp://127.0.0.1:5000', '127.0.0.1'],
  ])('finds the host of %s', (url, host) => {
    expect(hostOfUrl(url)).toBe(host);
  });

  it.each([
    // What FFmpeg and others read as different hosts.
    ...[
      'http://good\\@evil/',
      'rtsp://good\\evil/',
      'rtsp://a[b]c/',
      'rtsp://[::1]evil/',
      'rtsp://[::1',
      'rtsp://a:b:c/',
    ],
    ...[
      'rtsp://host:port/',
      'rtsp:///path',
      'rtsp://@/',
      'rtsp://user@/',
      'file:x',
      'concat:a|b',
      'rtsp://host:123456/',
    ],
    // What makes FFmpeg listen, or name further hosts.
    ...['srt://0.0.0.0:9000?mode=listener', 'srt://host:9000?mode=rendezvous', 'srt://host:1?x&mode=listener'],
    ...[
      'tcp://host:5000?listen=1',
      'tcp://host:5000?listen',
      'tcp://host:5000?local_port=1',
      'tcp://host:5000?timeout=1&listen=2',
    ],
    ...['udp://host:5000?localaddr=10.0.0.1', 'udp://host:5000?sources=1.2.3.4', 'udp://host:5000?block=1.2.3.4'],
    ...[
      'udp://host:5000?reuse=1',
      'udp://host:5000/?localport=22',
      'udp://host:5000#?localport=22',
      'udp://host:5000?a?b',
    ],
    ...['udp://host:1023', 'udp://host:0', 'udp://host', 'srt://host:1?MODE=listener'],
  ])('refuses %s', (url) => {
    expect(refusal(() => hostOfUrl(url))).toBe('SOURCE_FORBIDDEN');
  });
});

describe('atAddress', () => {
  it.each([
    ['rtsp://camera.lan/live', '192.0.2.1', 'rtsp://192.0.2.1/live'],
    ['rtsp://user:p@ss@camera.lan:8554/live?a=b#c', '192.0.2.1', 'rtsp://user:p@ss@192.0.2.1:8554/live?a=b#c'],
    ['rtsp://camera.lan:554/live', '2001:db8::1', 'rtsp://[2001:db8::1]:554/live'],
    ['rtsp://[::ffff:192.0.2.1]/live', '192.0.2.1', 'rtsp://192.0.2.1/live'],
    ['SRT://camera.lan:9000?streamid=x', '192.0.2.1', 'srt://192.0.2.1:9000?streamid=x'],
    ['tcp://0x7f.1:5000', '127.0.0.1', 'tcp://127.0.0.1:5000'],
    ['udp://camera.lan:5000', '192.0.2.1', 'udp://192.0.2.1:5000?sources=192.0.2.1'],
    ['udp://camera.lan:5000?pkt_size=1316', '192.0.2.1', 'udp://192.0.2.1:5000?pkt_size=1316&sources=192.0.2.1'],
    ['udp://group.lan:5000', '239.1.2.3', 'udp://239.1.2.3:5000'],
    ['udp://group.lan:5000', 'ff05::1', 'udp://[ff05::1]:5000'],
  ])('puts the host of %s at %s', (url, address, expected) => {
    expect(atAddress(url, address)).toBe(expected);
  });

  it('leaves nothing of the host that was there, whatever stands around it', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9:@._~!$&'()*+,;=-]{0,20}$/);
    fc.assert(
      fc.property(part, fc.domain(), part, (userInfo, host, path) => {
        const url = `rtsp://${userInfo}@${host}:554/${path}`;
        expect(hostOfUrl(url)).toBe(host);
        expect(atAddress(url, '192.0.2.1')).toBe(`rtsp://${userInfo}@192.0.2.1:554/${path}`);
        expect(hostOfUrl(atAddress(url, '192.0.2.1'))).toBe('192.0.2.1');
      }),
    );
  });
});
