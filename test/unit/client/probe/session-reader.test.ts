import { describe, expect, it } from 'vitest';
import type { ConnectionListener } from '../../../../client/connection.js';
import { SessionReader } from '../../../../client/probe/session-reader.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FrameFlag, MessageType, PROTOCOL_VERSION } from '../../../../shared/protocol/messages.js';
import type { FrameHeader, Message } from '../../../../shared/protocol/messages.js';
import { MessageParser, SERVER_ACCEPTS } from '../../../../shared/protocol/parser.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { observedFrame, streamInfo } from '../../../helpers/observed-frame.js';
import { startReader } from '../../../helpers/probe-log.js';
import { syntheticJpeg } from '../../../helpers/synthetic-jpeg.js';
import { until } from '../../../helpers/until.js';

const OFFSET_US = 5_000_000;
/** One way, so that the error of the clock is a little more. */
const DELAY_US = 100;

describe('SessionReader', () => {
  it('tells what the stream is, and again when it changes', () => {
    const { server, log } = setup();
    server.welcome();
    server.says({ type: MessageType.STREAM, body: { event: 'changed', stream: streamInfo({ fps: 0 }) } });
    server.says({ type: MessageType.STREAM, body: { event: 'changed', stream: streamInfo({ id: 7, fps: 99 }) } });
    expect(log.facts).toEqual([
      { codec: 'mjpeg', nominalFps: 25, delays: [] },
      { codec: 'mjpeg', nominalFps: null, delays: [] },
    ]);
  });

  it('delivers pictures as they came, and what is missing between them', async () => {
    const { server, log } = setup();
    server.welcome();
    server.frame(3);
    server.says({ type: MessageType.SKIPPED, streamId: 1, first: 4, last: 5 });
    server.frame(7);
    await log.received(2);
    // They are no JPEGs that could be decoded.
    expect(log.events).toEqual(['facts', 'corrupt', 'picture 640x360', 'lost 3', 'corrupt', 'picture 640x360']);
    expect(log.pictures[0]).toMatchObject({ lengthBytes: 20, mediaTimeUs: server.captureTimeUs(3) });
    expect(server.acknowledged).toEqual([3, 7]);
  });

  it('counts the bytes of a kept frame and no more', () => {
    const { server, log } = setup();
    server.welcome();
    server.frame(3, { flags: FrameFlag.KEPT });
    expect(log.events).toEqual(['facts', 'bytes 20']);
  });

  it('states capture times in our clock, once that of the server has settled', async () => {
    const { server, log } = setup();
    server.welcome();
    server.frame(0);
    server.answerPings(100_000);
    server.frame(1);
    server.answerPings(600_000);
    server.frame(2, { clockErrorUs: 40 });
    await log.received(3);
    expect(log.pictures.map(({ stated }) => stated !== null)).toEqual([false, false, true]);
    const stated = log.pictures[2]?.stated;
    expect(Math.abs((stated?.captureTimeUs ?? 0) + OFFSET_US - server.captureTimeUs(2))).toBeLessThan(DELAY_US + 5);
    expect(stated?.errorUs).toBeGreaterThanOrEqual(DELAY_US + 40);
    expect(stated?.errorUs).toBeLessThan(5 * DELAY_US);
  });

  it('ends with the stream, behind its last picture', async () => {
    const { server, log } = setup();
    server.welcome();
    server.frame(0);
    server.says({ type: MessageType.STREAM, body: { event: 'ended', stream: streamInfo({ state: 'ended' }) } });
    server.close(new StreamerError('CONNECTION_LOST', 'too late to matter'));
    await until(() => log.ended);
    expect(log.events).toEqual(['facts', 'corrupt', 'picture 640x360', 'end']);
  });

  it('breaks with a stream that is removed', async () => {
    const { server, log } = setup();
    server.welcome();
    const reason = { code: 'STREAM_REMOVED', message: 'An administrator removed it.' };
    server.says({ type: MessageType.STREAM, body: { event: 'removed', stream: streamInfo(), reason } });
    expect(await log.failed()).toMatchObject(reason);
  });

  it('breaks with its connection, and does not connect again', async () => {
    const { server, log, clock } = setup();
    server.welcome();
    server.close(new StreamerError('CONNECTION_LOST', 'gone'));
    expect(await log.failed()).toMatchObject({ code: 'CONNECTION_LOST' });
    clock.advance(60_000_000);
    expect(server.links).toBe(1);
  });

  it("says the server's own words when it is refused", async () => {
    const { server, log } = setup();
    server.says({ type: MessageType.ERROR, body: { code: 'UNKNOWN_STREAM', message: 'There is no stream "x".' } });
    expect(await log.failed()).toMatchObject({ code: 'UNKNOWN_STREAM', message: 'There is no stream "x".' });
  });

  it('says goodbye when it is stopped, and tells nothing more', async () => {
    const { server, log, run } = setup();
    server.welcome();
    server.frame(0);
    const before = [...log.events];
    await run.stop();
    await run.stop();
    server.frame(1);
    expect(log.events).toEqual(before);
    expect(server.heard.at(-1)).toMatchObject({ type: MessageType.BYE, body: { code: 'CLIENT_CLOSING' } });
  });
});

/** The server's end of a link on paper. */
class PaperServer {
  readonly heard: Message[] = [];
  links = 0;
  private listener: ConnectionListener | null = null;
  private readonly parser = new MessageParser({
    accepts: SERVER_ACCEPTS,
    onMessage: (message) => this.heard.push(message),
  });

  constructor(private readonly clock: FakeClock) {}

  readonly openLink = (listener: ConnectionListener) => {
    this.links += 1;
    this.listener = listener;
    return {
      send: (message: Buffer) => this.parser.push(message),
      close: (lastMessage: Buffer | null) => {
        if (lastMessage) this.parser.push(lastMessage);
        this.close(null);
      },
    };
  };

  get acknowledged(): number[] {
    return this.heard.flatMap((message) => (message.type === MessageType.ACK ? [message.sequence] : []));
  }

  says(message: Message): void {
    this.listener?.onMessage(message, this.clock.nowUs());
  }

  /** Accepts the link, and answers the HELLO. */
  welcome(): void {
    this.listener?.onOpen();
    const body = { version: PROTOCOL_VERSION, sessionId: 's', statsIntervalMs: 1000, streams: [streamInfo()] };
    this.says({ type: MessageType.WELCOME, body: { ...body, subscribed: [1] } });
  }

  captureTimeUs(sequence: number): number {
    return observedFrame({ n: sequence }).header.captureTimeUs;
  }

  frame(sequence: number, header: Partial<FrameHeader> = {}): void {
    const whole = { ...observedFrame({ n: sequence }).header, width: 640, height: 360, clockErrorUs: 0, ...header };
    this.says({ type: MessageType.FRAME, header: whole, jpeg: syntheticJpeg(1, sequence, 20) });
  }

  /** Lets so much time pass, in which every ping is answered after the way there and back. */
  answerPings(us: number): void {
    for (const endUs = this.clock.nowUs() + us; this.clock.nowUs() < endUs;) {
      const ping = this.heard.findLast((message) => message.type === MessageType.PING);
      this.clock.advance(2 * DELAY_US);
      if (ping?.type === MessageType.PING) {
        const serverUs = this.clock.nowUs() - DELAY_US + OFFSET_US;
        this.says({ type: MessageType.PONG, t0Us: ping.t0Us, t1Us: serverUs, t2Us: serverUs });
      }
      this.clock.advance(20_000 - 2 * DELAY_US);
    }
  }

  close(error: StreamerError | null): void {
    const { listener } = this;
    this.listener = null;
    listener?.onClose(error);
  }
}

function setup() {
  const clock = new FakeClock();
  const server = new PaperServer(clock);
  const { openLink } = server;
  const path = { host: 'paper', port: 1, token: null, subscription: { stream: 'sample' }, openLink };
  return { clock, server, ...startReader(new SessionReader(path, clock)) };
}
