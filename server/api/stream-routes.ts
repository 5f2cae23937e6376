import { newStreamSchema, streamListSchema, streamPatchSchema, streamSchema } from '../../shared/api/stream-schema.js';
import { streamStatsSchema } from '../../shared/api/stats-schema.js';
import { emptySchema, streamParamsSchema } from './answer-schema.js';
import { changeProblems, readProblems, unknownStream } from './answers.js';
import type { ApiApp, RouteParts } from './routes.js';
import { newStreamSettings, streamChange } from './stream-body.js';

const TAGS = ['Streams'];
const UNKNOWN = { 404: 'There is no such stream.' } as const;
const REFUSED = {
  403: 'That needs the admin token, or the source is one that may not be added over HTTP (SOURCE_FORBIDDEN).',
  422: 'The source, or a processor, cannot be used.',
} as const;

/** Streams: looked at, added, changed and removed. */
export function registerStreamRoutes(
  app: ApiApp,
  { control, views, config }: Pick<RouteParts, 'control' | 'views' | 'config'>,
): void {
  const shown = (name: string) => found(name, views.stream(name));

  app.route({
    method: 'GET',
    url: '/api/streams',
    config: { requires: 'view' },
    schema: {
      operationId: 'listStreams',
      tags: TAGS,
      summary: 'List the streams',
      description: 'Every stream with its state and settings, in the order they were added.',
      response: { 200: streamListSchema.describe('The streams.'), ...readProblems() },
    },
    handler: () => ({ streams: views.streams() }),
  });

  app.route({
    method: 'POST',
    url: '/api/streams',
    config: { requires: 'admin' },
    schema: {
      operationId: 'addStream',
      tags: TAGS,
      summary: 'Add a stream',
      description:
        'Adds a stream from an address of the network: `rtsp`, `rtsps`, `http`, `https`, `srt`, `udp` or `tcp`. `url` and ' +
        '`rtsp_url` mean the same, as do `name` and `stream_id`; without a name it gets one from its address. Settings ' +
        "that are left out are the server's own. A source that does not answer yet is added all the same: it is " +
        'connected to when somebody watches, and `state` and `reason` say how that goes.',
      body: newStreamSchema,
      response: {
        201: {
          description: 'The stream was added.',
          headers: { Location: { type: 'string', description: 'Where it is.' } },
          content: { 'application/json': { schema: streamSchema } },
        },
        ...changeProblems({
          ...REFUSED,
          409: 'There is a stream of that name already, or there are as many as the server allows.',
        }),
      },
    },
    handler: async (request, reply) => {
      const taken = control.list().map(({ stream }) => stream.name);
      const { name } = await control.add(newStreamSettings(request.body, config.streamValues, taken));
      return reply.code(201).header('Location', `/api/streams/${name}`).send(shown(name));
    },
  });

  app.route({
    method: 'GET',
    url: '/api/streams/:id',
    config: { requires: 'view' },
    schema: {
      operationId: 'getStream',
      tags: TAGS,
      summary: 'Show a stream',
      description: 'State and settings of one stream.',
      params: streamParamsSchema,
      response: { 200: streamSchema.describe('The stream.'), ...readProblems(UNKNOWN) },
    },
    handler: (request) => shown(request.params.id),
  });

  app.route({
    method: 'PATCH',
    url: '/api/streams/:id',
    config: { requires: 'admin' },
    schema: {
      operationId: 'changeStream',
      tags: TAGS,
      summary: 'Change a stream',
      description:
        'Changes the settings that are given, and the source where `url` or `rtsp_url` is. Those who watch get the frames ' +
        "on. The source as the API shows it means the present one, password and all. A null is the source's own.",
      params: streamParamsSchema,
      body: streamPatchSchema,
      response: {
        200: streamSchema.describe('The stream as it is now.'),
        ...changeProblems({ ...UNKNOWN, ...REFUSED }),
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { settings } = found(id, control.get(id) ?? null);
      await control.change(id, streamChange(request.body, settings, config.streamValues));
      return shown(id);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/api/streams/:id',
    config: { requires: 'admin' },
    schema: {
      operationId: 'removeStream',
      tags: TAGS,
      summary: 'Remove a stream',
      description: 'Completes its recording, ends its source and tells those who watch it. Its recordings are kept.',
      params: streamParamsSchema,
      response: { 204: emptySchema('It is gone.'), ...changeProblems(UNKNOWN) },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      found(id, control.get(id) ?? null);
      await control.remove(id);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'GET',
    url: '/api/streams/:id/stats',
    config: { requires: 'view' },
    schema: {
      operationId: 'getStreamStats',
      tags: TAGS,
      summary: 'Measure a stream',
      description:
        'Health, rates, latency as clients measured it (with the error of their clocks) and time in each stage of the ' +
        'server, over the last ten seconds; counters since the stream was added.',
      params: streamParamsSchema,
      response: { 200: streamStatsSchema.describe('The figures.'), ...readProblems(UNKNOWN) },
    },
    handler: (request) => found(request.params.id, views.stats(request.params.id)),
  });
}

function found<T>(name: string, value: T | null): T {
  if (value === null) throw unknownStream(name);
  return value;
}
