import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientRecord } from '../../server/clients.js';
import { clientListSchema } from '../../shared/api/client-schema.js';
import { serverSchema } from '../../shared/api/server-schema.js';
import { RestServer } from '../helpers/rest-of-test.js';

let rest: RestServer;
const ended: string[] = [];

beforeAll(async () => {
  rest = await RestServer.start(['bars=test:bars?size=64x48&fps=50'], { adminToken: 'x', maxClients: '7' });
  const counters = { sent: 1, sentBytes: 2, acknowledged: 1, replaced: 3, thinned: 4, lags: 0 };
  const record: ClientRecord = {
    ...{ id: 'a/1', name: 'screen', peer: '192.0.2.1:5000', transport: 'websocket', connectedAtUs: 5 },
    streams: () => [{ stream: 'bars', counters }],
    disconnect(code, message) {
      ended.push(`${code}: ${message}`);
      rest.clients.remove(record);
    },
  };
  rest.clients.admit(record);
});
afterAll(() => rest.stop());

describe('clients', () => {
  it('are listed, with their addresses for an administrator', async () => {
    const { status, json } = await rest.get('/api/clients');
    expect(status).toBe(200);
    expect(clientListSchema.parse(json)).toEqual(json);
    expect(json.clients).toMatchObject([{ id: 'a/1', name: 'screen', peer: '192.0.2.1:5000', transport: 'websocket' }]);
    expect((await rest.get('/api/clients', { role: 'view' })).json.clients[0].peer).toBeNull();
    expect((await rest.get('/api/streams/bars')).json.viewers).toBe(1);
    expect((await rest.get('/api/streams/bars/stats')).json.clients).toBe(1);
  });

  it('are disconnected', async () => {
    expect((await rest.request('DELETE', '/api/clients/none')).problem).toBe('404 UNKNOWN_CLIENT');
    expect((await rest.request('DELETE', '/api/clients/a%2F1')).status).toBe(204);
    expect(ended).toEqual(['KICKED: An administrator ended the connection.']);
    expect((await rest.request('DELETE', '/api/clients/a%2F1')).problem).toBe('404 UNKNOWN_CLIENT');
    expect((await rest.get('/api/clients')).json).toEqual({ clients: [] });
  });
});

describe('GET /api/server', () => {
  it('describes the server to the one who asks', async () => {
    const { status, json } = await rest.get('/api/server');
    expect(status).toBe(200);
    expect(serverSchema.parse(json)).toEqual(json);
    expect(json).toMatchObject({ streams: 1, maxClients: 7, tcpPort: 8000, httpPort: 8080, isTls: false });
    expect(json).toMatchObject({ role: 'admin', hasAdminToken: false });
    const viewer = (await rest.get('/api/server', { role: 'view' })).json;
    expect(viewer).toMatchObject({ role: 'view', hasAdminToken: true });
  });
});
