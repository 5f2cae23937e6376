import { recordingListSchema, recordingStatusSchema } from '../../shared/api/recording-schema.js';
import { StreamerError } from '../../shared/errors.js';
import { nodeDisk } from '../recording/disk.js';
import { listRecordedFiles, openRecordedFile } from '../recording/recorded-files.js';
import { recordSettings } from '../stream-config.js';
import type { RecordSettings, StreamSettings } from '../stream-settings.js';
import { emptySchema, fileParamsSchema, newRecordingBodySchema, streamParamsSchema } from './answer-schema.js';
import { binaryAnswer, changeProblems, readProblems, unknownStream } from './answers.js';
import { fileAnswer } from './file-answer.js';
import { HttpError } from './http-error.js';
import { recordingFileView } from './recording-view.js';
import type { ApiApp, RouteParts } from './routes.js';

const TAGS = ['Recordings'];
const UNKNOWN = { 404: 'There is no such stream.' } as const;
const MEDIA_TYPES = { mkv: 'video/x-matroska', mp4: 'video/mp4' } as const;
const FILE_HEADERS = {
  ETag: { type: 'string', description: 'Changes with the file; for If-Range.' },
  'Last-Modified': { type: 'string', description: 'When the file was last written.' },
  'Accept-Ranges': { type: 'string', description: '`bytes`.' },
  'Content-Disposition': { type: 'string', description: 'An attachment, with the name of the file.' },
} as const;
const RANGE_HEADERS = {
  ...FILE_HEADERS,
  'Content-Range': { type: 'string', description: 'Which bytes of how many these are.' },
} as const;

/** Recordings of a stream: started, stopped, listed and downloaded. */
export function registerRecordingRoutes(
  app: ApiApp,
  { control, views, config }: Pick<RouteParts, 'control' | 'views' | 'config'>,
): void {
  const settingsOf = (name: string): StreamSettings => {
    const controlled = control.get(name);
    if (!controlled) throw unknownStream(name);
    return controlled.settings;
  };
  const directoryOf = (name: string) => settingsOf(name).record?.directory ?? config.recordingsDirectory;
  const defaultsFor = ({ record }: StreamSettings): RecordSettings =>
    record ?? recordSettings(config.recordingsDirectory, config.streamValues);

  app.route({
    method: 'GET',
    url: '/api/streams/:id/recordings',
    config: { requires: 'view' },
    schema: {
      operationId: 'listRecordings',
      tags: TAGS,
      summary: 'List the recordings of a stream',
      description: 'How the present recording goes, if there is one, and the recorded files, newest first.',
      params: streamParamsSchema,
      response: { 200: recordingListSchema.describe('Status and files.'), ...readProblems(UNKNOWN) },
    },
    handler: async (request) => {
      const { id } = request.params;
      const files = await listRecordedFiles(nodeDisk, directoryOf(id), id);
      const status = views.recordingStatus(id);
      const openFile = status?.state === 'recording' ? status.file : null;
      return { status, files: files.map((file) => recordingFileView(id, file, openFile)) };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/streams/:id/recordings',
    config: { requires: 'admin' },
    schema: {
      operationId: 'startRecording',
      tags: TAGS,
      summary: 'Start recording a stream',
      description:
        'Records into the folder that the server has for it, until it is stopped; while it records, its source runs. `mkv` ' +
        'holds the JPEGs as they are, `mp4` is encoded as H.264. Without a body the format is the one of the server.',
      params: streamParamsSchema,
      body: newRecordingBodySchema,
      response: {
        201: recordingStatusSchema.describe('It is being recorded.'),
        ...changeProblems({
          ...UNKNOWN,
          409: 'It is being recorded already.',
          507: 'There is no room, or the folder cannot be written.',
        }),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const defaults = defaultsFor(settingsOf(id));
      if (views.recordingStatus(id)?.state === 'recording') throw beingRecorded(id);
      await control.startRecording(id, { ...defaults, format: request.body?.format ?? defaults.format });
      const status = views.recordingStatus(id);
      if (!status) throw unknownStream(id);
      return reply.code(201).send(status);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/api/streams/:id/recordings',
    config: { requires: 'admin' },
    schema: {
      operationId: 'stopRecording',
      tags: TAGS,
      summary: 'Stop recording a stream',
      description: 'Completes the file; the answer comes when it is on the disk. Files are kept.',
      params: streamParamsSchema,
      response: { 204: emptySchema('Nothing is recorded any more.'), ...changeProblems(UNKNOWN) },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      settingsOf(id);
      await control.stopRecording(id);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'GET',
    url: '/api/streams/:id/recordings/:file',
    config: { requires: 'view' },
    schema: {
      operationId: 'downloadRecording',
      tags: TAGS,
      summary: 'Download a recording',
      description:
        'A recorded file, whole or in part (`Range`, `If-Range`; one range). Of a file that is still being written it is ' +
        'what there was when the download began.',
      params: fileParamsSchema,
      response: {
        200: { ...binaryAnswer('The whole file.', Object.values(MEDIA_TYPES)), headers: FILE_HEADERS },
        206: {
          ...binaryAnswer('The range that was asked for.', Object.values(MEDIA_TYPES)),
          headers: RANGE_HEADERS,
        },
        ...readProblems({ 404: 'There is no such stream or file.', 416: 'The file has no such range.' }),
      },
    },
    handler: async (request, reply) => {
      const { id, file } = request.params;
      const opened = await openRecordedFile(directoryOf(id), id, file);
      if (!opened) throw unknownRecording(id, file);
      const mediaType = file.endsWith('.mp4') ? MEDIA_TYPES.mp4 : MEDIA_TYPES.mkv;
      const { status, headers, body } = await fileAnswer({ ...opened, name: file, mediaType }, request.raw);
      return reply.code(status).headers(headers).send(body);
    },
  });
}

function unknownRecording(name: string, file: string): StreamerError {
  const sentence = `There is no recording ${JSON.stringify(file)} of ${name}; GET /api/streams/${name}/recordings lists them.`;
  return new StreamerError('NOT_FOUND', sentence);
}

function beingRecorded(name: string): HttpError {
  const sentence = `The stream ${name} is being recorded already; stop that first.`;
  return new HttpError('RECORDING_FAILED', sentence, { status: 409 });
}
