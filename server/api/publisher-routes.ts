import { fleetSchema, publisherSchema } from '../../shared/api/publisher-schema.js';
import { StreamerError } from '../../shared/errors.js';
import type { FleetControl, FleetMember } from '../publish/fleet-status.js';
import { emptySchema, newPublisherBodySchema, publisherParamsSchema } from './answer-schema.js';
import { changeProblems, readProblems } from './answers.js';
import { fleetView, publisherView } from './publisher-view.js';
import type { ApiApp, RouteParts } from './routes.js';

const TAGS = ['Publishers'];
const NO_FLEET = { 404: 'This server publishes no videos.' } as const;
const UNKNOWN = { 404: 'There is no such publisher, or this server publishes no videos.' } as const;

/** Publishers of a fleet, which `streamer-server publish` has: looked at, added, started anew and removed. */
export function registerPublisherRoutes(app: ApiApp, { fleet = null }: Pick<RouteParts, 'fleet'>): void {
  const running = () => runningFleet(fleet);
  const find = (name: string) => found(name, running().get(name));

  app.route({
    method: 'GET',
    url: '/api/publishers',
    config: { requires: 'view' },
    schema: {
      operationId: 'listPublishers',
      tags: TAGS,
      summary: 'List the publishers',
      description: 'Every publisher with its health and counters, the load of the machine, and videos to ask for.',
      response: { 200: fleetSchema.describe('The fleet.'), ...readProblems(NO_FLEET) },
    },
    handler: () => fleetView(running()),
  });

  app.route({
    method: 'POST',
    url: '/api/publishers',
    config: { requires: 'admin' },
    schema: {
      operationId: 'addPublisher',
      tags: TAGS,
      summary: 'Add a publisher',
      description:
        'Starts one more, and answers when it is in the list, connected or not. Without a body it plays the next video in ' +
        'turn under the next free name.',
      body: newPublisherBodySchema,
      response: {
        201: {
          description: 'The publisher was added.',
          headers: { Location: { type: 'string', description: 'Where it is.' } },
          content: { 'application/json': { schema: publisherSchema } },
        },
        ...changeProblems({
          ...NO_FLEET,
          409: 'There is a publisher of that name already, or a limit is reached.',
          422: 'There is no such video, or it cannot be played.',
        }),
      },
    },
    handler: async (request, reply) => {
      const member = await running().add(request.body ?? {});
      return reply.code(201).header('Location', `/api/publishers/${member.name}`).send(publisherView(member));
    },
  });

  app.route({
    method: 'GET',
    url: '/api/publishers/:name',
    config: { requires: 'view' },
    schema: {
      operationId: 'getPublisher',
      tags: TAGS,
      summary: 'Show a publisher',
      description: 'Health and counters of one publisher.',
      params: publisherParamsSchema,
      response: { 200: publisherSchema.describe('The publisher.'), ...readProblems(UNKNOWN) },
    },
    handler: (request) => publisherView(find(request.params.name)),
  });

  app.route({
    method: 'DELETE',
    url: '/api/publishers/:name',
    config: { requires: 'admin' },
    schema: {
      operationId: 'removePublisher',
      tags: TAGS,
      summary: 'Remove a publisher',
      description: 'Takes its stream from the RTSP server, and it from the list.',
      params: publisherParamsSchema,
      response: { 204: emptySchema('It is gone.'), ...changeProblems(UNKNOWN) },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      find(name);
      await running().remove(name);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/api/publishers/:name/restart',
    config: { requires: 'admin' },
    schema: {
      operationId: 'restartPublisher',
      tags: TAGS,
      summary: 'Restart a publisher',
      description: 'Connects it anew and lets its video begin anew.',
      params: publisherParamsSchema,
      response: { 200: publisherSchema.describe('The publisher as it is now.'), ...changeProblems(UNKNOWN) },
    },
    handler: async (request) => {
      const { name } = request.params;
      find(name);
      return publisherView(await running().restart(name));
    },
  });
}

/** @throws {StreamerError} NOT_FOUND on a server that has none. */
function runningFleet(fleet: FleetControl | null): FleetControl {
  if (fleet) return fleet;
  throw new StreamerError('NOT_FOUND', 'This server publishes no videos; streamer-server publish --http-port does.');
}

function found(name: string, member: FleetMember | undefined): FleetMember {
  if (member) return member;
  const sentence = `There is no publisher ${name}; GET /api/publishers lists those there are.`;
  throw new StreamerError('UNKNOWN_STREAM', sentence);
}
