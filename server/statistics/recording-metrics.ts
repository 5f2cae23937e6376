import type { HubStream } from '../hub/stream.js';
import type { RecorderStatus } from '../recording/recorder.js';
import type { MetricFamily } from './metric-family.js';

/** Who knows how the recording of each stream goes. */
export interface RecordingControl {
  list(): readonly { readonly stream: HubStream }[];
  recordingStatus(name: string): RecorderStatus | null;
}

/** What is told about the recording of each stream that is recorded, or was last. */
export function recordingMetrics(control: RecordingControl): readonly MetricFamily[] {
  const each = (
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (status: RecorderStatus) => number,
  ): MetricFamily => ({
    ...{ type, name, help, labels: ['stream'] },
    collect: () =>
      control.list().flatMap(({ stream: { name: stream } }) => {
        const status = control.recordingStatus(stream);
        return status ? [{ labels: { stream }, value: value(status) }] : [];
      }),
  });

  return [
    each('gauge', 'recording', 'Whether the stream is recorded now (1) or no more (0).', ({ state }) =>
      state === 'recording' ? 1 : 0,
    ),
    each('gauge', 'recording_failed', 'Whether the recording ended with an error (1).', ({ error }) => (error ? 1 : 0)),
    each('counter', 'recorded_frames_total', 'Frames written by the present or last recording.', (s) => s.frames),
    each('counter', 'recorded_bytes_total', 'Bytes written by the present or last recording.', (s) => s.bytes),
    each(
      'counter',
      'recording_dropped_frames_total',
      'Frames that the present or last recording left out.',
      (s) => s.droppedFrames,
    ),
  ];
}
