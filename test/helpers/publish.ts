import type { RtspServer } from './rtsp-server.js';
import { type Sending, StreamSender } from './stream-sender.js';

/**
 * Publishes to a path of an RTSP server; resolves when packets have come there.
 *
 * @throws {Error} with FFmpeg's words when it gives up.
 */
export async function publish(
  server: RtspServer,
  path: string,
  sending: Omit<Sending, 'format'>,
): Promise<StreamSender> {
  const outputOptions = ['-rtsp_transport', 'tcp', ...(sending.outputOptions ?? [])];
  const sender = await StreamSender.start(server.url(path, null), { ...sending, format: 'rtsp', outputOptions });
  const failed = sender.ended().then(() => {
    throw new Error(`FFmpeg does not publish: ${sender.complaints}`);
  });
  // Once something is published this promise has no listener any more, and it is rejected when the sender is stopped.
  failed.catch(() => {});
  await Promise.race([server.published(path), failed]);
  return sender;
}
