import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import { StreamerError } from '../../shared/errors.js';

/** Where a MediaMTX listens; `ice` (media of WebRTC) and `srt` are UDP. */
export interface MediamtxPorts {
  readonly api: number;
  readonly rtsp: number;
  readonly hls: number;
  readonly webrtc: number;
  readonly ice: number;
  readonly srt: number;
}

/** A port that is kept from others until `release`. */
interface HeldPort {
  readonly port: number;
  release(): Promise<unknown>;
}

/**
 * Ports that are free at `host`, for MediaMTX cannot choose one and say which. By the time that it listens one of them can
 * be taken.
 *
 * @throws {StreamerError} LISTEN_FAILED when `host` is none of this machine's addresses.
 */
export async function freeMediamtxPorts(host: string): Promise<MediamtxPorts> {
  const held: HeldPort[] = [];
  // All are held until all are known, so that none comes twice.
  const hold = async (holding: Promise<HeldPort>): Promise<number> => {
    const port = await holding;
    held.push(port);
    return port.port;
  };
  try {
    return {
      api: await hold(holdTcpPort('127.0.0.1')),
      rtsp: await hold(holdTcpPort(host)),
      hls: await hold(holdTcpPort(host)),
      webrtc: await hold(holdTcpPort(host)),
      ice: await hold(holdUdpPort(host)),
      srt: await hold(holdUdpPort(host)),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamerError('LISTEN_FAILED', `MediaMTX cannot listen on ${host}: ${reason}.`, { cause });
  } finally {
    await Promise.all(held.map((port) => port.release()));
  }
}

async function holdTcpPort(host: string): Promise<HeldPort> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, release: () => closed(server) };
}

async function holdUdpPort(host: string): Promise<HeldPort> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  return { port: socket.address().port, release: () => closed(socket) };
}

function closed(held: { close(): unknown; once(event: 'close', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    held.once('close', resolve);
    held.close();
  });
}
