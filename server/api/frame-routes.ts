import { frameQuerySchema } from '../../shared/api/stream-schema.js';
import { streamParamsSchema } from './answer-schema.js';
import { binaryAnswer, readProblems, unknownStream } from './answers.js';
import { FRAME_HEADERS } from './frame-answer.js';
import type { ApiApp, RouteParts } from './routes.js';

/** Single frames of a stream. */
export function registerFrameRoutes(app: ApiApp, { hub, frames }: Pick<RouteParts, 'hub' | 'frames'>): void {
  app.route({
    method: 'GET',
    url: '/api/streams/:id/frame',
    config: { requires: 'view' },
    schema: {
      operationId: 'getFrame',
      tags: ['Streams'],
      summary: 'Get the newest frame',
      description:
        'The newest frame as JPEG; a source that sleeps is woken and waited for. With `after` the answer is the first frame ' +
        'with a greater sequence number, as soon as there is one. With one of `width` and `height` the other follows the ' +
        'aspect; no side is larger than that of the source.',
      params: streamParamsSchema,
      querystring: frameQuerySchema,
      response: {
        200: { ...binaryAnswer('The frame.', 'image/jpeg'), headers: FRAME_HEADERS },
        ...readProblems({
          404: 'There is no such stream.',
          503: 'The stream has no (newer) frame at present, for the reason in `detail` (NO_FRAME); see Retry-After.',
        }),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const stream = hub.byName(id);
      if (!stream) throw unknownStream(id);
      const { headers, jpeg } = await frames.answer(stream, request.query, reply.raw);
      return reply.headers(headers).send(jpeg);
    },
  });
}
