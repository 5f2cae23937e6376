import { basename } from 'node:path';
import type { ApiRecordingList, ApiRecordingStatus } from '../../shared/api/recording-schema.js';
import type { RecorderStatus } from '../recording/recorder.js';
import type { RecordedFile } from '../recording/recorded-files.js';

type ApiRecordingFile = ApiRecordingList['files'][number];

/** How a recording goes, as the API shows it: of the file its name, since the folder is the server's own affair. */
export function recordingStatusView({ file, error, ...status }: RecorderStatus): ApiRecordingStatus {
  const { state, frames, bytes, droppedFrames } = status;
  return {
    ...{ state, frames, bytes, droppedFrames },
    file: file === null ? null : basename(file),
    error: error ? { code: error.code, message: error.message } : null,
  };
}

/** A recorded file of the stream `name`, as the API shows it; `openFile` is the name of the one being written. */
export function recordingFileView(name: string, file: RecordedFile, openFile: string | null): ApiRecordingFile {
  return {
    name: file.name,
    url: `/api/streams/${name}/recordings/${file.name}`,
    sizeBytes: file.bytes,
    modifiedAt: new Date(file.modifiedUs / 1000).toISOString(),
    isOpen: file.name === openFile,
  };
}
