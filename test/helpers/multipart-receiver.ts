import { MultipartParser, type MultipartPart } from '../../shared/jpeg/multipart-parser.js';

/** A parser of a stream with the boundary `frame`, and what it tells, in order. */
export function parserOf({ maxPartBytes = 1_000_000 }: { readonly maxPartBytes?: number } = {}) {
  const parts: MultipartPart[] = [];
  const events: string[] = [];
  const parser = new MultipartParser({
    boundary: 'frame',
    maxPartBytes,
    onPartStart: () => events.push('start'),
    onPart: (part) => {
      events.push('part');
      parts.push(part);
    },
  });
  return { parser, parts, events, bodies: () => parts.map(({ body }) => body) };
}
