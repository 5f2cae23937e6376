import { z } from 'zod';
import { newPublisherSchema } from '../../shared/api/publisher-schema.js';
import { newRecordingSchema } from '../../shared/api/recording-schema.js';
import { streamNameSchema } from '../../shared/protocol/control-schema.js';

/** Path parameters of everything that belongs to one stream. */
export const streamParamsSchema = z.object({ id: streamNameSchema.describe('Name of the stream.') });

/** Path parameters of one recording of a stream. */
export const fileParamsSchema = streamParamsSchema.extend({
  file: z.string().min(1).max(128).describe('Name of the file, as the list has it.'),
});

/** Path parameters of one client. */
export const clientParamsSchema = z.object({
  id: z.string().min(1).max(100).describe('Id of the client, as the list has it.'),
});

/** Path parameters of one publisher. */
export const publisherParamsSchema = z.object({ name: streamNameSchema.describe('Name of the publisher.') });

/** Bodies that may be left out. */
export const newRecordingBodySchema = newRecordingSchema.nullish();
export const newPublisherBodySchema = newPublisherSchema.nullish();

/** Bytes of whatever type the answer has. */
export const binarySchema = z.unknown().meta({ type: 'string', format: 'binary' });

/** An answer without a body. */
export function emptySchema(description: string) {
  return z.undefined().describe(description);
}
