import { z } from 'zod';

/**
 * An error as an HTTP answer (RFC 9457, `application/problem+json`). `code` is one of the table of error codes, `type` is
 * `urn:frame-streamer:error:CODE`, `title` what the code means in general and `detail` what to do in this case.
 */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** Why a stream, or an answer, is as it is. */
export const noticeSchema = z.object({ code: z.string(), message: z.string() }).meta({ id: 'Notice' });
