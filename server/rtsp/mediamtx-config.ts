import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { MediamtxPorts } from './mediamtx-ports.js';

/** What a MediaMTX that we run is to be. */
export interface MediamtxSettings {
  /** The address it listens on for players; its API is for this machine alone. */
  readonly host: string;
  readonly ports: MediamtxPorts;
  /** Who may publish, and use the API. */
  readonly owner: MediamtxUser;
  /** Who may read; null lets everybody who reaches `host`. */
  readonly viewer: MediamtxUser | null;
}

export interface MediamtxUser {
  readonly user: string;
  readonly password: string;
}

/** The host that everything but players connects to. */
export const API_HOST = '127.0.0.1';

/**
 * The configuration file: RTSP over TCP, HLS, WebRTC, SRT and the API, nothing else; any path may be published, but only
 * by the owner. Passwords stand in it as hashes. It is JSON, which is YAML, so that no value needs quoting of its own.
 */
export function mediamtxConfig({ host, ports, owner, viewer }: MediamtxSettings): string {
  const at = (port: number) => hostAndPort(host, port);
  const config = {
    logLevel: 'info',
    logDestinations: ['stdout'],
    authMethod: 'internal',
    authInternalUsers: [
      { ...hashed(owner), permissions: [{ action: 'publish' }, { action: 'read' }, { action: 'api' }] },
      { ...(viewer ? hashed(viewer) : { user: 'any', pass: '' }), permissions: [{ action: 'read' }] },
    ],
    // Anybody who can use it can have it run programs.
    ...{ api: true, apiAddress: hostAndPort(API_HOST, ports.api), apiAllowOrigin: '' },
    ...{ metrics: false, pprof: false, playback: false, rtmp: false },
    ...{ rtsp: true, rtspTransports: ['tcp'], rtspEncryption: 'no', rtspAddress: at(ports.rtsp) },
    // No page of another site reads along in the browser of somebody who may watch.
    ...{ hls: true, hlsAddress: at(ports.hls), hlsAllowOrigin: '' },
    ...{ webrtc: true, webrtcAddress: at(ports.webrtc), webrtcAllowOrigin: '', ...ice(host, at(ports.ice)) },
    ...{ srt: true, srtAddress: at(ports.srt) },
    // Readers learn when a picture was captured; our reports say it before the first one.
    pathDefaults: { useAbsoluteTimestamp: true },
    paths: { all_others: {} },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** `host:port`, with an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Where WebRTC tells players to send to: addresses of all interfaces only where it listens on all of them. */
function ice(host: string, address: string) {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  return {
    webrtcLocalUDPAddress: address,
    webrtcIPsFromInterfaces: isEverywhere,
    webrtcAdditionalHosts: isEverywhere ? [] : [host],
  };
}

function hashed({ user, password }: MediamtxUser): { user: string; pass: string } {
  return { user, pass: `sha256:${createHash('sha256').update(password).digest('base64')}` };
}
