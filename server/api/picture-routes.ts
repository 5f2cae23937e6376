import type { FastifyReply, FastifyRequest } from 'fastify';
import { mjpegQuerySchema, pictureQuerySchema } from '../../shared/api/stream-schema.js';
import { StreamerError } from '../../shared/errors.js';
import type { Hub } from '../hub/hub.js';
import type { HubStream } from '../hub/stream.js';
import { streamParamsSchema } from './answer-schema.js';
import { binaryAnswer, readProblems, unknownStream } from './answers.js';
import type { FrameQuery } from './frame-answer.js';
import type { ApiApp, RouteParts } from './routes.js';

const STREAM_SCHEMA = {
  tags: ['Pictures'],
  querystring: mjpegQuerySchema,
  response: {
    200: binaryAnswer(
      'Parts of type image/jpeg, until the stream or the connection ends.',
      'multipart/x-mixed-replace',
    ),
    ...readProblems({
      404: 'There is no such stream.',
      503: 'The stream has ended (NO_FRAME), or the server has all the clients it allows (SERVER_FULL).',
    }),
  },
};
const SNAPSHOT_SCHEMA = {
  tags: ['Pictures'],
  querystring: pictureQuerySchema,
  response: {
    200: binaryAnswer('The newest frame, with the headers of /api/streams/{id}/frame.', 'image/jpeg'),
    ...readProblems({
      404: 'There is no such stream.',
      503: 'The stream has no frame at present, for the reason in `detail` (NO_FRAME); see Retry-After.',
    }),
  },
};
const STREAM_TEXT =
  'MJPEG as browsers and players take it: each part has Content-Length, `X-Timestamp` (capture time, seconds since the ' +
  'epoch) and `X-Sequence`. For one that asks for types of pictures, as browsers do, the header of each part follows at ' +
  'once after the frame before, since only then that is shown, and so says nothing but the type. A viewer that lags gets ' +
  'fewer frames, not older ones; `maxFps` asks for fewer.';

/** Streams and single pictures at addresses that players and other programs know. */
export function registerPictureRoutes(app: ApiApp, parts: Pick<RouteParts, 'hub' | 'frames' | 'mjpeg'>): void {
  const { hub, frames, mjpeg } = parts;
  const config = { requires: 'view' } as const;

  app.route({
    method: 'GET',
    url: '/streams/:id.mjpg',
    config,
    schema: {
      ...STREAM_SCHEMA,
      operationId: 'watchStream',
      summary: 'Watch a stream',
      description: STREAM_TEXT,
      params: streamParamsSchema,
    },
    handler: (request, reply) => watch(request, reply, streamNamed(hub, request.params.id), request.query.maxFps),
  });
  app.route({
    method: 'GET',
    url: '/streams/:id.jpg',
    config,
    schema: {
      ...SNAPSHOT_SCHEMA,
      operationId: 'getPicture',
      summary: 'Get the newest picture',
      description: 'The newest frame as JPEG, at an address that ends as those of pictures do.',
      params: streamParamsSchema,
    },
    handler: (request, reply) => snapshot(reply, streamNamed(hub, request.params.id), request.query),
  });
  app.route({
    method: 'GET',
    url: '/stream',
    config,
    schema: {
      ...STREAM_SCHEMA,
      operationId: 'watchFirstStream',
      summary: 'Watch the first stream',
      description: 'Also `/?action=stream`, as with mjpg-streamer and uStreamer.',
    },
    handler: (request, reply) => watch(request, reply, firstStream(hub), request.query.maxFps),
  });
  app.route({
    method: 'GET',
    url: '/snapshot',
    config,
    schema: {
      ...SNAPSHOT_SCHEMA,
      operationId: 'getFirstPicture',
      summary: 'Get the newest picture of the first stream',
      description: 'Also `/?action=snapshot`, as with mjpg-streamer and uStreamer.',
    },
    handler: (request, reply) => snapshot(reply, firstStream(hub), request.query),
  });

  function watch(
    request: FastifyRequest,
    reply: FastifyReply,
    stream: HubStream,
    maxFps = null as number | null,
  ): void {
    mjpeg.serve(request.raw, reply.raw, stream, { maxFps, peer: request.peer });
    reply.hijack();
  }

  async function snapshot(reply: FastifyReply, stream: HubStream, query: FrameQuery): Promise<FastifyReply> {
    const { headers, jpeg } = await frames.answer(stream, query, reply.raw);
    return reply.headers(headers).send(jpeg);
  }
}

function streamNamed(hub: Hub, name: string): HubStream {
  const stream = hub.byName(name);
  if (!stream) throw unknownStream(name);
  return stream;
}

function firstStream(hub: Hub): HubStream {
  const stream = hub.list()[0];
  if (!stream)
    throw new StreamerError('UNKNOWN_STREAM', 'The server has no stream yet; add one with POST /api/streams.');
  return stream;
}
