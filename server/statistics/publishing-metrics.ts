import type { HubStream } from '../hub/stream.js';
import type { BridgeStatus } from '../rtsp/rtsp-bridge.js';
import type { MetricFamily } from './metric-family.js';

/** Who knows how each stream is published over RTSP. */
export interface PublishingControl {
  list(): readonly { readonly stream: HubStream }[];
  publishingStatus(name: string): BridgeStatus | null;
}

/** What is told about the RTSP publishing of each stream that has one. */
export function publishingMetrics(control: PublishingControl): readonly MetricFamily[] {
  const each = (
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (status: BridgeStatus) => number,
  ): MetricFamily => ({
    ...{ type, name, help, labels: ['stream'] },
    collect: () =>
      control.list().flatMap(({ stream: { name: stream } }) => {
        const status = control.publishingStatus(stream);
        return status ? [{ labels: { stream }, value: value(status) }] : [];
      }),
  });

  return [
    each('gauge', 'rtsp_publishing', 'Whether the RTSP server takes the stream now (1) or not (0).', ({ state }) =>
      state === 'publishing' ? 1 : 0,
    ),
    each('gauge', 'rtsp_encoding', 'Whether an encoder runs for the RTSP server (1).', ({ mode }) =>
      mode === 'encode' ? 1 : 0,
    ),
    each('counter', 'rtsp_frames_total', 'Frames sent to the RTSP server.', (status) => status.framesSent),
    each('counter', 'rtsp_bytes_total', 'Bytes of video sent to the RTSP server.', (status) => status.bytesSent),
    each(
      'counter',
      'rtsp_dropped_frames_total',
      'Frames left out because encoding took too long or the RTSP server did not take them.',
      (status) => status.framesDropped,
    ),
    each('counter', 'rtsp_reconnects_total', 'Connections to the RTSP server after the first.', (s) => s.reconnects),
  ];
}
