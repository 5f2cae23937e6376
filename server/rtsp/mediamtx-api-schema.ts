import { z } from 'zod';

/** More than anybody has; a path of MediaMTX may be any text. */
const MAX_NAME_LENGTH = 1024;
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const MAX_TRACKS = 64;
/** Paths that are asked for at a time. */
export const ITEMS_PER_PAGE = 200;

/** What matters of a page of `GET /v3/paths/list` of MediaMTX 1.x; the rest is left out. */
export const pathPageSchema = z.object({
  pageCount: count,
  items: boundedList(ITEMS_PER_PAGE).pipe(
    z.array(
      z.object({
        name: z.string().max(MAX_NAME_LENGTH),
        ready: z.boolean(),
        tracks: boundedList(MAX_TRACKS).pipe(z.array(z.string().max(MAX_NAME_LENGTH))),
        bytesReceived: count,
        // Their number is all that counts, so none is looked at.
        readers: boundedList(Number.MAX_SAFE_INTEGER),
      }),
    ),
  ),
});

export type PathPage = z.infer<typeof pathPageSchema>;

/** Looked at before its items are, which would take their time. */
function boundedList(maxLength: number) {
  return z.custom<unknown[]>((value) => Array.isArray(value) && value.length <= maxLength);
}
