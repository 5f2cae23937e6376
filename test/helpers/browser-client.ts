import { openFrames } from '../../client/web/browser/session-frames.js';
import type { BrowserParts } from '../../client/web/browser/session-frames.js';
import type {
  BrowserFrame,
  ConnectionStatus,
  ConnectOptions,
  FrameStream,
} from '../../client/web/browser/frame-stream.js';
import { encodeCredit, encodePong } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { FakeBrowserSocket } from './fake-browser-socket.js';
import { FakeClock } from './fake-clock.js';
import { OFFSET_US, START_US, streamInfo } from './observed-frame.js';
import { acksIn, welcomeMessage } from './scripted-messages.js';

/** A picture that is as wide as its JPEG has bytes, and whether it was given back. */
export interface FakeBitmap {
  readonly width: number;
  readonly isClosed: boolean;
}

/** A browser without a window: what it decodes is as wide as the JPEG has bytes, and one of 13 bytes is broken. */
export function fakeParts(clock = new FakeClock(START_US)) {
  const sockets: FakeBrowserSocket[] = [];
  const wakers = new Set<() => void>();
  const bitmaps: FakeBitmap[] = [];
  const parts: BrowserParts = {
    clock,
    openSocket: (url) => {
      const socket = new FakeBrowserSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    decode: async (jpeg) => {
      if (jpeg.size === 13) throw new DOMException('The source image could not be decoded.', 'InvalidStateError');
      const bitmap = { width: jpeg.size, isClosed: false, close: () => Object.assign(bitmap, { isClosed: true }) };
      bitmaps.push(bitmap);
      return bitmap as unknown as ImageBitmap;
    },
    onWake: (callback) => {
      wakers.add(callback);
      return () => wakers.delete(callback);
    },
    resolutionUs: 1,
    random: () => 1,
  };
  return { clock, sockets, wakers, bitmaps, parts };
}

/** A client that connects to a server on paper; nothing has happened yet but that it opened a socket. */
export function fakeClient(options: Partial<ConnectOptions> = {}, parts: Partial<BrowserParts> = {}) {
  const fake = fakeParts();
  const statuses: ConnectionStatus[] = [];
  const frames = openFrames(
    { serverUrl: 'http://cam.example', onStatus: (status) => statuses.push(status), ...options },
    { ...fake.parts, ...parts },
  );
  // A test that expects this to fail looks at it later.
  frames.catch(() => undefined);
  const socket = () => fake.sockets.at(-1)!;
  return {
    ...fake,
    frames,
    socket,
    /** The statuses since the last call, as `connection/state/reason`. */
    takeStatuses: () =>
      statuses.splice(0).map(({ connection, state, reason }) => `${connection}/${state ?? '-'}/${reason?.code ?? '-'}`),
    /** What the client said since the last call, as `TYPE`, without the pings. */
    takeTypes: () => typesOf(socket().take()).filter((type) => type !== 'PING'),
    /** What it acknowledged since the last call, as `stream:sequence`. */
    takeAcks: () => acksIn(socket().take()),
  };
}

/** The same after WELCOME to one stream, `streamInfo()` unless another is given, with the iterator of its frames. */
export async function connectedClient(
  options: Partial<ConnectOptions> = {},
  parts: Partial<BrowserParts> = {},
  stream = streamInfo(),
) {
  const client = fakeClient(options, parts);
  client.socket().open();
  client.socket().say(welcomeMessage([stream]), encodeCredit(stream.id, 1));
  const frames = await client.frames;
  client.socket().take();
  client.takeStatuses();
  return { ...client, frames, iterator: iteratorOf(frames) };
}

/** Answers the first ping `delayUs` after it was sent, as a server whose clock is OFFSET_US ahead. */
export function answerPing(
  { clock, socket }: Pick<ReturnType<typeof fakeClient>, 'clock' | 'socket'>,
  delayUs = 1000,
): void {
  clock.advance(START_US + delayUs - clock.nowUs());
  const serverUs = START_US + OFFSET_US + delayUs / 2;
  socket().say(encodePong(START_US, serverUs, serverUs));
}

/** The names of the types of `messages`. */
export function typesOf(messages: readonly Message[]): string[] {
  return messages.map(({ type }) => Object.entries(MessageType).find(([, byte]) => byte === type)?.[0] ?? '?');
}

/** Lets promises settle that depend on nothing but other promises. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function iteratorOf(frames: FrameStream): AsyncIterator<BrowserFrame> {
  return frames[Symbol.asyncIterator]();
}
