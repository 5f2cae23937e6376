import { describe, expect, it } from 'vitest';
import { exposureWarning, isLoopback } from '../../../server/exposure.js';

describe('isLoopback', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.1',
    'localhost',
    'LOCALHOST',
    'a.localhost',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::0001',
    '::ffff:127.0.0.1',
  ])('takes %s for this machine', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.1',
    '128.0.0.1',
    '::2',
    '1::1',
    '::10.0.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    'example.com',
    '127.0.0.1.example.com',
    'notlocalhost',
    '',
  ])('takes %s for a host that others may reach', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('exposureWarning', () => {
  const exposed = { host: '0.0.0.0', classicPort: null, token: null };

  it('warns of a server without a token that others may reach', () => {
    expect(exposureWarning(exposed)).toMatch(/reach 0\.0\.0\.0 can watch.*STREAMER_TOKEN/);
  });

  it('warns of the classic port, which no token guards', () => {
    const warning = exposureWarning({ ...exposed, token: 'SECRET9', classicPort: 0 });
    expect(warning).toMatch(/classic port/);
    expect(warning).not.toContain('SECRET9');
  });

  it('is silent on this machine and where the token guards everything', () => {
    expect(exposureWarning({ ...exposed, host: '127.0.0.1', classicPort: 8001 })).toBeNull();
    expect(exposureWarning({ ...exposed, token: 'x' })).toBeNull();
  });
});
