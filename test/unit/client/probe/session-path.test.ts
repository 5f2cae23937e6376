import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProtocolAddress } from '../../../../client/probe/protocol-address.js';
import { tcpPath, webSocketPath } from '../../../../client/probe/session-path.js';
import { StreamerError } from '../../../../shared/errors.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const clock = new FakeClock();

describe('an address of streamer://', () => {
  it.each([
    ['streamer://cam.example', { host: 'cam.example', port: 8000, stream: null, token: null }],
    ['streamer://cam.example/', { host: 'cam.example', port: 8000, stream: null, token: null }],
    ['streamer://cam.example:9000/door', { host: 'cam.example', port: 9000, stream: 'door', token: null }],
    ['streamer://[::1]:1/a.b-c_d/', { host: '::1', port: 1, stream: 'a.b-c_d', token: null }],
    ['streamer://10.0.0.1/door?token=s3%2Fcret', { host: '10.0.0.1', port: 8000, stream: 'door', token: 's3/cret' }],
  ])('%s is understood', (text, address) => {
    expect(parseProtocolAddress(text)).toEqual(address);
  });

  it.each([
    ['streamer://', 'names no host'],
    ['streamer://host:99999/x', 'is no address'],
    ['streamer://user:s3cretpass@host/x', 'a part that means nothing here'],
    ['streamer://host/x#y', 'a part that means nothing here'],
    ['streamer://host/x/y', 'names no stream'],
    ['streamer://host/%20', 'names no stream'],
    ['streamer://host/%', 'names no stream'],
    ['streamer://host/x?tokn=s', 'a parameter that is not known'],
    ['streamer://host/x?token=s3cretpass&fps=3', 'a parameter that is not known'],
  ])('%s is refused, without its secrets', (text, problem) => {
    const error = errorOf(() => parseProtocolAddress(text));
    expect(error).toMatchObject({ code: 'BAD_USAGE' });
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain('s3cretpass');
  });

  it('is taken or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, rest) => {
        try {
          expect(parseProtocolAddress(`streamer://${host}/${rest}`).port).toBeLessThan(65_536);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});

describe('tcpPath', () => {
  it('asks for the named stream, or the first', () => {
    expect(tcpPath('streamer://host/door', null).subscription).toEqual({ stream: 'door' });
    expect(tcpPath('streamer://host', null).subscription).toEqual({});
  });

  it('prefers the token of the address', () => {
    expect(tcpPath('streamer://host/door?token=own', 'given').token).toBe('own');
    expect(tcpPath('streamer://host/door', 'given').token).toBe('given');
  });
});

describe('webSocketPath', () => {
  it.each([
    ['ws://host/ws/door', 80, 'given'],
    ['wss://host/ws/door', 443, 'given'],
    ['ws://host:8080/ws/door?token=own', 8080, null],
    ['ws://user:own@host:8080/ws/door', 8080, null],
  ])('of %s has port %i and says the token %s in HELLO', (url, port, token) => {
    expect(webSocketPath(url, { clock, token: 'given' })).toMatchObject({
      host: 'host',
      port,
      token,
      subscription: {},
    });
  });

  it('refuses a fragment', () => {
    const error = errorOf(() => webSocketPath('ws://host/ws/door#x', { clock, token: null }));
    expect(error).toMatchObject({ code: 'BAD_USAGE' });
  });
});
