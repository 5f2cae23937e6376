import { z } from 'zod';
import { noticeSchema } from './problem-schema.js';

const count = z.int().min(0);

/** How the recording of one stream goes. */
export const recordingStatusSchema = z
  .object({
    state: z.enum(['recording', 'stopped']),
    file: z.string().nullable().describe('Name of the file that is written, or was last.'),
    frames: count.describe('Of all files since it began, as the other counters.'),
    bytes: count,
    droppedFrames: count.describe('Left out because writing took too long.'),
    error: noticeSchema.nullable().describe('Why it stopped by itself.'),
  })
  .meta({ id: 'RecordingStatus' });
export type ApiRecordingStatus = z.infer<typeof recordingStatusSchema>;

/** One recorded file; `url` is where to download it, whole or in ranges (RFC 9110). */
export const recordingFileSchema = z
  .object({
    name: z.string(),
    url: z.string().describe('Where to download it.'),
    sizeBytes: count,
    modifiedAt: z.iso.datetime().describe('When its last byte was written.'),
    isOpen: z.boolean().describe('Whether it is still being written.'),
  })
  .meta({ id: 'RecordingFile' });

/** Answer of `GET /api/streams/{id}/recordings`: newest file first. */
export const recordingListSchema = z
  .object({ status: recordingStatusSchema.nullable(), files: z.array(recordingFileSchema) })
  .meta({ id: 'RecordingList' });
export type ApiRecordingList = z.infer<typeof recordingListSchema>;

/** What `POST /api/streams/{id}/recordings` takes; the folder is the server's. */
export const newRecordingSchema = z.object({ format: z.enum(['mkv', 'mp4']).optional() }).meta({ id: 'NewRecording' });
