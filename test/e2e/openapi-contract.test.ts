import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzApi, requireSchemathesis } from '../helpers/schemathesis.js';
import { ServerProcess } from '../helpers/server-process.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Answers of these go on until the stream ends. */
const ENDLESS = ['watchStream', 'watchFirstStream'];
/** Stream `bars` is there; a source that does not answer has no frame, which is no fault of the server. */
const CONFIG = `
[parameters]
"path.id" = "bars"
"query.timeout" = 0.2

[[operations]]
include-operation-id = ["getFrame", "getPicture", "getFirstPicture"]
checks.not_a_server_error.expected-statuses = ["2xx", "4xx", "503"]
`;
const FUZZ_TIMEOUT_MS = 120_000;

/** What a description says of one operation. */
interface Operation {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly description?: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: object }>>;
}

let server: ServerProcess;
let recordings: string;
let url: string;

beforeAll(async () => {
  recordings = await mkdtemp(join(tmpdir(), 'contract-recordings-'));
  const tokens = ['--token', 'view', '--admin-token', 'admin'];
  // What is made up finds no host, and the one of the examples is nowhere (RFC 5737).
  const limits = ['--allow-source', '192.0.2.0/24', '--recordings', recordings];
  const sources = ['bars=test:bars?size=64x48&fps=10', 'changed=test:bars?size=64x48&fps=10'];
  server = await ServerProcess.start([...sources, '--http-port', '0', ...tokens, ...limits]);
  url = `http://127.0.0.1:${server.httpPort}`;
});
afterAll(async () => {
  await server.stop();
  await rm(recordings, { recursive: true, force: true });
});

describe('the description of the API', () => {
  it('is complete and good to read', async () => {
    const document = await (await fetch(`${url}/api/openapi.json`)).json();
    const operations = Object.values<Record<string, Operation>>(document.paths).flatMap((path) =>
      METHODS.flatMap((method) => path[method] ?? []),
    );
    expect(operations.length).toBeGreaterThan(15);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, tags, summary, description, responses, parameters = [] } of operations) {
      expect([operationId, tags?.length, typeof summary, typeof description]).toEqual([
        expect.stringMatching(/^[a-z][A-Za-z]+$/),
        1,
        'string',
        'string',
      ]);
      for (const parameter of parameters)
        expect([operationId, typeof parameter.description]).toEqual([operationId, 'string']);
      for (const [status, response] of Object.entries(responses)) {
        expect([operationId, status, response.description]).not.toContain('Default Response');
        if (Number(status) >= 400 && status !== '503')
          expect(Object.keys(response.content)).toEqual(['application/problem+json']);
      }
    }
  });

  it('lists the five calls of other servers', async () => {
    const { paths, components } = await (await fetch(`${url}/api/openapi.json`)).json();
    expect(Object.keys(paths['/api/streams'])).toEqual(expect.arrayContaining(['get', 'post']));
    expect(Object.keys(paths['/api/streams/{id}'])).toContain('delete');
    expect(paths).toHaveProperty(['/api/streams/{id}/stats', 'get']);
    expect(paths).toHaveProperty(['/api/streams/{id}/frame', 'get']);
    expect(Object.keys(components.schemas.NewStream.properties)).toEqual(
      expect.arrayContaining(['stream_id', 'rtsp_url', 'width', 'height']),
    );
  });
});

describe.skipIf(!(await requireSchemathesis()))('requests made up from the description', () => {
  const basics = { token: 'admin', seed: 20, config: CONFIG };

  it(
    'never meet a defect, nor an answer that is not described',
    async () => {
      // What is taken away, or has another source, has no frames for the others.
      const without = [...ENDLESS, 'removeStream', 'changeStream'];
      const { exitCode, report } = await fuzzApi({ ...basics, url, maxExamples: 25, without });
      expect(report).toMatch(/[1-9]\d* passed/);
      expect(exitCode, report).toBe(0);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'change a stream',
    async () => {
      const config = '[parameters]\n"path.id" = "changed"';
      const only = ['changeStream', 'getStream', 'getStreamStats', 'listStreams'];
      const { exitCode, report } = await fuzzApi({ ...basics, url, maxExamples: 25, only, config });
      expect(exitCode, report).toBe(0);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'add and remove streams',
    async () => {
      const only = ['addStream', 'getStream', 'removeStream'];
      const checks = ['use_after_free'];
      const { exitCode, report } = await fuzzApi({ ...basics, url, maxExamples: 25, only, checks, config: '' });
      expect(exitCode, report).toBe(0);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'change nothing with the token of a viewer',
    async () => {
      const only = ['addStream', 'changeStream', 'removeStream', 'startRecording', 'stopRecording', 'disconnectClient'];
      const before = await streams();
      const { exitCode, report } = await fuzzApi({ ...basics, url, token: 'view', maxExamples: 5, only });
      expect(exitCode, report).toBe(0);
      expect(await streams()).toEqual(before);
    },
    FUZZ_TIMEOUT_MS,
  );
});

async function streams(): Promise<string[]> {
  const answer = await fetch(`${url}/api/streams`, { headers: { authorization: 'Bearer view' } });
  const { streams: list } = (await answer.json()) as { streams: { name: string }[] };
  return list.map(({ name }) => name);
}
