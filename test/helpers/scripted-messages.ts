import type { Socket } from 'node:net';
import { encodeFrameHeader, encodeStream, encodeWelcome } from '../../shared/protocol/codec.js';
import { MessageType, PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { FrameHeader, Message, StreamChange, StreamInfo } from '../../shared/protocol/messages.js';
import { MessageParser, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import { observedFrame } from './observed-frame.js';

/** Both ends of a JPEG, and nothing between them. */
export const EMPTY_JPEG: Buffer = Buffer.from('ffd8ffd9', 'hex');

/** A WELCOME to a server of `streams`, every one of them subscribed unless `subscribed` names others. */
export function welcomeMessage(streams: readonly StreamInfo[], subscribed = streams.map(({ id }) => id)): Buffer {
  return encodeWelcome({
    version: PROTOCOL_VERSION,
    sessionId: 'scripted',
    statsIntervalMs: 1000,
    streams,
    subscribed,
  });
}

/** A whole FRAME message; `header` replaces single fields. */
export function frameMessage(header: Partial<FrameHeader> = {}, jpeg = EMPTY_JPEG): Buffer {
  return Buffer.concat([encodeFrameHeader({ ...observedFrame().header, ...header }, jpeg.length), jpeg]);
}

/** A STREAM message. */
export function streamMessage(
  event: StreamChange['event'],
  stream: StreamInfo,
  reason?: StreamChange['reason'],
): Buffer {
  return encodeStream({ event, stream, ...(reason && { reason }) });
}

/** Everything that a client says on a connection, in order; it grows while the client speaks. */
export function messagesFrom(socket: Socket): readonly Message[] {
  const messages: Message[] = [];
  const parser = new MessageParser({ accepts: SERVER_ACCEPTS, onMessage: (message) => messages.push(message) });
  socket.on('data', (chunk: Buffer) => parser.push(chunk));
  return messages;
}

/** The acknowledgements among `messages`, as `stream:sequence`. */
export function acksIn(messages: readonly Message[]): string[] {
  return messages.flatMap((message) =>
    message.type === MessageType.ACK ? [`${message.streamId}:${message.sequence}`] : [],
  );
}
