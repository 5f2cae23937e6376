import { type ReactElement, useCallback } from 'react';
import type { ApiRecordingList } from '../../../../shared/api/recording-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { formatBytes } from '../../../../shared/units.js';
import { useAction } from '../hooks/use-action.js';
import { useRecordings } from '../hooks/use-recordings.js';
import { useSession } from '../hooks/use-session.js';
import type { RecordingFormat } from '../model/api-client.js';
import { momentText } from '../model/texts.js';
import { ProblemText } from './problem-text.js';

/** Starts and stops recording, and lists what was recorded. */
export function RecordingsPanel({ stream }: { readonly stream: ApiStream }): ReactElement {
  const { api, canChange, isConnected } = useSession();
  const { list, problem, reload } = useRecordings(api, stream.name, stream.isRecording, isConnected);
  const status = list?.status ?? null;
  return (
    <section className="panel" aria-labelledby="recordings-title">
      <div className="panel-head">
        <h2 id="recordings-title">Recordings</h2>
        {canChange && <RecordButtons stream={stream} onDone={reload} />}
      </div>
      {problem !== null && <ProblemText problem={problem} />}
      {status !== null && status.state === 'recording' && (
        <p className="recording-status">
          <span className="recording-mark">Rec</span> {status.frames.toLocaleString('en')} frames,{' '}
          {formatBytes(status.bytes)}
          {status.droppedFrames > 0 && `, ${status.droppedFrames.toLocaleString('en')} dropped`}
        </p>
      )}
      {status?.error != null && <p className="problem">{status.error.message}</p>}
      {list !== null && <Files files={list.files} />}
    </section>
  );
}

function RecordButtons({
  stream,
  onDone,
}: {
  readonly stream: ApiStream;
  readonly onDone: () => Promise<void>;
}): ReactElement {
  const { api } = useSession();
  const start = useAction(
    useCallback(
      async (format: RecordingFormat) => {
        await api.startRecording(stream.name, format);
        await onDone();
      },
      [api, stream.name, onDone],
    ),
  );
  const stop = useAction(
    useCallback(async () => {
      await api.stopRecording(stream.name);
      await onDone();
    }, [api, stream.name, onDone]),
  );
  const failed = start.problem ?? stop.problem;
  return (
    <div className="buttons">
      {stream.isRecording ? (
        <button type="button" disabled={stop.isRunning} onClick={() => void stop.run()}>
          Stop recording
        </button>
      ) : (
        <>
          <button type="button" disabled={start.isRunning} onClick={() => void start.run('mp4')}>
            Record MP4
          </button>
          <button type="button" disabled={start.isRunning} onClick={() => void start.run('mkv')}>
            Record MKV
          </button>
        </>
      )}
      {failed !== null && <ProblemText problem={failed} />}
    </div>
  );
}

function Files({ files }: { readonly files: ApiRecordingList['files'] }): ReactElement {
  const { api } = useSession();
  if (files.length === 0) return <p className="nothing">Nothing was recorded yet.</p>;
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.name}>
          <a href={api.link(file.url)} download={file.name}>
            {file.name}
          </a>
          <span>{formatBytes(file.sizeBytes)}</span>
          <span>{file.isOpen ? 'being written' : momentText(file.modifiedAt)}</span>
        </li>
      ))}
    </ul>
  );
}
