import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../client/connect.js';
import type { FrameStream } from '../../client/connect.js';
import { FrameFlag } from '../../shared/protocol/messages.js';
import type { Message } from '../../shared/protocol/messages.js';
import { streamInfo } from '../helpers/observed-frame.js';
import { acksIn, frameMessage, messagesFrom, streamMessage, welcomeMessage } from '../helpers/scripted-messages.js';
import { ScriptedServer } from '../helpers/scripted-server.js';
import { until } from '../helpers/until.js';

const CAM = streamInfo({ name: 'cam' });
const LATE = streamInfo({ id: 2, name: 'late' });

describe('connect', () => {
  let server: ScriptedServer;
  let frames: FrameStream;
  afterEach(async () => {
    frames.close();
    await server.stop();
  });

  it('hands on frames of the past, marked, with no latency', async () => {
    const { accepted } = await open([
      welcomeMessage([CAM]),
      frameMessage({ sequence: 3, flags: FrameFlag.KEPT, width: 640, height: 480 }),
      frameMessage({ sequence: 9, timeSource: 'source' }),
    ]);
    const [past, present] = await take(2);
    expect(past).toMatchObject({ stream: 'cam', sequence: 3, kept: true, latencyUs: null, errorUs: null, width: 640 });
    expect(present).toMatchObject({ stream: 'cam', sequence: 9, kept: false, timeSource: 'source', width: 1280 });
    await until(() => acksIn(accepted[0]!.messages).length === 2);
    expect(acksIn(accepted[0]!.messages)).toEqual(['1:3', '1:9']);
  });

  it('still knows the name of a stream that was removed before its last frames were taken, and tells the server nothing of them', async () => {
    const { accepted } = await open([
      welcomeMessage([CAM, LATE]),
      frameMessage({ sequence: 3 }),
      streamMessage('removed', CAM),
      frameMessage({ streamId: 2, sequence: 8 }),
    ]);
    await until(() => frames.streams.length === 1);
    expect((await take(2)).map(({ stream, sequence }) => [stream, sequence])).toEqual([
      ['cam', 3],
      ['late', 8],
    ]);
    await until(() => acksIn(accepted[0]!.messages).length > 0);
    expect(acksIn(accepted[0]!.messages)).toEqual(['2:8']);
  });

  it('tells a new server nothing of frames that came from the one before', async () => {
    let connections = 0;
    const { accepted } = await open([], (socket) => {
      connections += 1;
      const sequence = connections === 1 ? 900 : 1;
      socket.write(Buffer.concat([welcomeMessage([CAM]), frameMessage({ sequence })]));
      if (connections === 1) socket.end();
    });
    await until(() => accepted.length === 2);
    expect((await take(2)).map(({ sequence }) => sequence)).toEqual([900, 1]);
    await until(() => acksIn(accepted[1]!.messages).length > 0);
    expect(acksIn(accepted[1]!.messages)).toEqual(['1:1']);
  });

  /** Connects to a server that sends `script` at once, or does what `serve` does. */
  async function open(script: readonly Buffer[], serve?: (socket: Socket) => void) {
    const accepted: { socket: Socket; messages: readonly Message[] }[] = [];
    server = await ScriptedServer.start((socket) => {
      accepted.push({ socket, messages: messagesFrom(socket) });
      if (serve) serve(socket);
      else socket.write(Buffer.concat(script));
    });
    frames = await connect({ port: server.port, streams: 'all' });
    return { accepted };
  }

  /** The next `count` frames; the loop stays open. */
  async function take(count: number) {
    const iterator = frames[Symbol.asyncIterator]();
    const taken = [];
    while (taken.length < count) {
      const { value } = await iterator.next();
      if (!value) break;
      taken.push(value);
    }
    return taken;
  }
});
