import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { OnReadOpts, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two connected ends of a Unix socket. */
export interface SocketPair {
  /** Reads into the memory its `onread` gives; at the end it closes by itself. */
  readonly reader: Socket;
  /** For a child, as its standard output; then it is to be destroyed here. */
  readonly writer: Socket;
}

/** Where the two ends find each other. */
interface MeetingPlace {
  readonly path: string;
  remove(): Promise<void>;
}

const GREETING = Buffer.from('!');

/**
 * Makes a pair of connected Unix sockets; rejects where none can be had (on Windows, with too many open files). The pipe
 * of a child is such a pair too, but Node reads that into memory of its own, from where every byte is copied once more:
 * only a socket that was connected takes `onread`.
 *
 * @param platform as `os.platform()` names it
 * @param name of the meeting place on Linux, different each time
 */
export async function openSocketPair(
  onread: OnReadOpts,
  platform: NodeJS.Platform,
  name = `frame-streamer-${randomBytes(16).toString('hex')}`,
): Promise<SocketPair> {
  const place = await chooseMeetingPlace(platform, name);
  const server = createServer({ pauseOnConnect: true });
  try {
    server.listen({ path: place.path });
    await once(server, 'listening');
    return await meet(server, place.path, onread);
  } finally {
    server.close();
    await place.remove();
  }
}

/** On Linux a name that is no file and ends with its socket; elsewhere a file where nobody else may look. */
async function chooseMeetingPlace(platform: NodeJS.Platform, name: string): Promise<MeetingPlace> {
  if (platform === 'win32') throw new Error('no child of Windows writes to a socket as if it were a pipe');
  if (platform === 'linux') return { path: `\0${name}`, remove: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'frame-streamer-'));
  return { path: join(folder, 'socket'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Connects to `server`, which takes one connection. Whoever can list the sockets of the machine could connect first, so
 * the end that was accepted sends a byte, and only when that comes out here is it the other end of ours.
 */
function meet(server: Server, path: string, onread: OnReadOpts): Promise<SocketPair> {
  return new Promise((resolve, reject) => {
    let writer: Socket | null = null;
    const reader = connect({ path, onread: greetedFirst(onread, () => writer && resolve({ reader, writer })) });
    const fail = (error: Error) => {
      writer?.destroy();
      reader.destroy();
      reject(error);
    };
    server.on('error', fail);
    server.on('connection', (socket) => {
      if (writer) return socket.destroy();
      writer = socket.on('error', fail);
      socket.write(GREETING);
    });
    reader.on('error', fail);
    reader.on('close', () => fail(new Error('the connection was not ours')));
  });
}

/** `onread`, but for the greeting, which comes before anything else can. */
function greetedFirst(onread: OnReadOpts, onGreeting: () => void): OnReadOpts {
  let isGreeted = false;
  const nextBuffer = () => (typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer);
  return {
    buffer: () => (isGreeted ? nextBuffer() : Buffer.alloc(GREETING.length)),
    callback: (lengthBytes, buffer) => {
      if (isGreeted) return onread.callback(lengthBytes, buffer);
      isGreeted = true;
      onGreeting();
      return true;
    },
  };
}
