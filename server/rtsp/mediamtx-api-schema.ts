import { z } from 'zod';

/** More than anybody has; a path of MediaMTX may be any text. */
const MAX_NAME_LENGTH = 1024;
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** What matters of a page of `GET /v3/paths/list` of MediaMTX 1.x; the rest is left out. */
export const pathPageSchema = z.object({
  pageCount: count,
  items: z.array(
    z.object({
      name: z.string().max(MAX_NAME_LENGTH),
      ready: z.boolean(),
      tracks: z.array(z.string().max(MAX_NAME_LENGTH)).max(64),
      bytesReceived: count,
      readers: z.array(z.unknown()),
    }),
  ),
});

export type PathPage = z.infer<typeof pathPageSchema>;
