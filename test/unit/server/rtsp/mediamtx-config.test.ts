import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostAndPort, mediamtxConfig } from '../../../../server/rtsp/mediamtx-config.js';

const ports = { api: 1, rtsp: 2, hls: 3, webrtc: 4, ice: 5, srt: 6 };
const owner = { user: 'me', password: 'top-secret' };
const configOf = (host: string, viewer: typeof owner | null = null) =>
  parse(mediamtxConfig({ host, ports, owner, viewer })) as Record<string, never>;
const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('base64')}`;

describe('the configuration of MediaMTX', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['192.0.2.7', '192.0.2.7'],
    ['::1', '[::1]'],
    ['cams.lan', 'cams.lan'],
  ])('listens on %s for players, and for the API on loopback', (host, written) => {
    expect(configOf(host)).toMatchObject({
      apiAddress: '127.0.0.1:1',
      rtspAddress: `${written}:2`,
      hlsAddress: `${written}:3`,
      webrtcAddress: `${written}:4`,
      webrtcLocalUDPAddress: `${written}:5`,
      srtAddress: `${written}:6`,
    });
  });

  it('serves nothing that was not asked for', () => {
    const { rtmp, metrics, pprof, playback, rtspTransports } = configOf('127.0.0.1');
    expect({ rtmp, metrics, pprof, playback }).toEqual({ rtmp: false, metrics: false, pprof: false, playback: false });
    expect(rtspTransports).toEqual(['tcp']);
  });

  it('lets the owner alone publish and use the API, and everybody read', () => {
    expect(configOf('127.0.0.1')['authInternalUsers']).toEqual([
      { user: 'me', pass: hash('top-secret'), permissions: ['publish', 'read', 'api'].map((action) => ({ action })) },
      { user: 'any', pass: '', permissions: [{ action: 'read' }] },
    ]);
  });

  it('lets nobody read without the password where there is one, whatever characters that has', () => {
    const viewer = { user: 'viewer', password: 'Tökën " \' : /' };
    expect(configOf('0.0.0.0', viewer)['authInternalUsers']).toEqual([
      expect.objectContaining({ user: 'me' }),
      { user: 'viewer', pass: hash(viewer.password), permissions: [{ action: 'read' }] },
    ]);
  });

  it('holds no password', () => {
    const text = mediamtxConfig({ host: '::', ports, owner, viewer: { user: 'viewer', password: 'hidden' } });
    expect(text).not.toMatch(/top-secret|hidden/);
  });

  it('lets no page of another site read along', () => {
    const { apiAllowOrigin, hlsAllowOrigin, webrtcAllowOrigin } = configOf('127.0.0.1');
    expect([apiAllowOrigin, hlsAllowOrigin, webrtcAllowOrigin]).toEqual(['', '', '']);
  });

  it.each([
    ['127.0.0.1', false, ['127.0.0.1']],
    ['192.0.2.7', false, ['192.0.2.7']],
    ['0.0.0.0', true, []],
    ['::', true, []],
  ])('has players of WebRTC send to where it listens: %s', (host, everywhere, hosts) => {
    expect(configOf(host)).toMatchObject({ webrtcIPsFromInterfaces: everywhere, webrtcAdditionalHosts: hosts });
  });
});

describe('hostAndPort', () => {
  it('puts an IPv6 address into brackets', () => {
    expect([hostAndPort('::1', 5), hostAndPort('h', 5)]).toEqual(['[::1]:5', 'h:5']);
  });
});
