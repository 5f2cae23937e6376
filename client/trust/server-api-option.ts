import { apiUrl } from './server-api-schema.js';

/** Where the server under load can be asked how it is doing: the option of all commands that make load. */
export const SERVER_API_OPTION = {
  flags: '--server-api <url>',
  env: [],
  group: 'Load',
  help: 'HTTP API of the server under load, http://host:8080, where it is not found by itself; off asks nobody',
  schema: apiUrl(),
  default: null,
} as const;
