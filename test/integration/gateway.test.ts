import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { GatewayOfTest } from '../helpers/gateway-of-test.js';
import type { Asked, GatewayOptions } from '../helpers/gateway-of-test.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the gateway', () => {
  describe('of a server without tokens', () => {
    let folder: string;
    let gateway: GatewayOfTest;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'web-'));
      await writeFile(join(folder, 'index.html'), '<!doctype html>');
      gateway = await GatewayOfTest.start({ web: { folder, client: join(folder, 'none.js') } });
    });
    afterAll(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });

    it.each(['/api/streams', '/api/server', '/api/clients', '/metrics', '/healthz', '/readyz', '/api/openapi.json'])(
      'answers %s',
      async (path) => expect(await gateway.ask(path)).toMatchObject({ status: 200, problem: null }),
    );

    it.each<[string, Asked, string]>([
      ['/nothing', {}, '404 NOT_FOUND'],
      ['/api/streams/none', {}, '404 UNKNOWN_STREAM'],
      ['/api/streams/none', { method: 'POST' }, '405 METHOD_NOT_ALLOWED'],
      ['/api/streams', { method: 'PUT' }, '405 METHOD_NOT_ALLOWED'],
      ['/api/streams', { method: 'OPTIONS' }, '405 METHOD_NOT_ALLOWED'],
      ['/api/streams', { method: 'TRACE' }, '405 METHOD_NOT_ALLOWED'],
      ['/api/streams', { method: 'PROPFIND' }, '405 METHOD_NOT_ALLOWED'],
      ['/%zz', {}, '400 BAD_REQUEST'],
      [`/api/streams/${'x'.repeat(600)}`, {}, '400 BAD_REQUEST'],
      ['/assets/none.js', {}, '404 NOT_FOUND'],
      ['/assets/..%2f..%2fpackage.json', {}, '404 NOT_FOUND'],
      ['/assets/../../package.json', {}, '404 NOT_FOUND'],
      ['/ws/cam', {}, '426 BAD_REQUEST'],
      ['/api/events', {}, '426 BAD_REQUEST'],
      ['/api/streams', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, '415 BAD_REQUEST'],
      ['/api/streams', { method: 'POST', headers: JSON_TYPE, body: '{"url":' }, '400 BAD_REQUEST'],
      ['/api/streams', { method: 'POST', headers: JSON_TYPE, body: '{"__proto__":1}' }, '400 BAD_REQUEST'],
      ['/api/streams', { method: 'POST', headers: JSON_TYPE, body: '' }, '400 BAD_REQUEST'],
      ['/api/streams', { method: 'POST', headers: JSON_TYPE, body: '[]' }, '400 BAD_REQUEST'],
      [
        '/api/streams',
        { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'x' },
        '400 BAD_REQUEST',
      ],
      ['/healthz', { headers: { expect: 'the-unexpected' } }, '417 BAD_REQUEST'],
    ])('answers %s %j with a problem document', async (path, asked, problem) => {
      expect((await gateway.ask(path, asked)).problem).toBe(problem);
    });

    it('names the methods there are, where one is wrong', async () => {
      expect((await gateway.ask('/api/streams', { method: 'DELETE' })).headers.allow).toBe('GET, HEAD, POST');
      expect((await gateway.ask('/api/streams', { method: 'TRACE' })).headers.allow).toContain('PATCH');
    });

    it('names the field that is wrong', async () => {
      const body = JSON.stringify({ url: 'rtsp://camera', width: 1, fps: 'many' });
      const { body: answer } = await gateway.ask('/api/streams', { method: 'POST', headers: JSON_TYPE, body });
      expect(JSON.parse(answer).detail).toMatch(/body\.fps: .*; body\.width: .*/);
    });

    it('quotes only what is printable and short', async () => {
      const host = `evil\u009b2J${'x'.repeat(4000)}`;
      const { body } = await gateway.askRaw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      const { code, detail } = JSON.parse(body);
      expect([code, detail.length]).toEqual(['HOST_FORBIDDEN', 1000]);
      expect(detail).toMatch(/"evil.\ufffd2Jx+…$/);
    });

    it('tells nothing of a defect, and logs it', async () => {
      const { hubStream } = gateway.stream;
      const info = hubStream.info.bind(hubStream);
      hubStream.info = () => {
        throw new Error('a secret of the insides');
      };
      const answer = await gateway.ask('/api/streams?token=hidden');
      hubStream.info = info;
      expect(answer.problem).toBe('500 INTERNAL');
      expect(answer.body).not.toContain('secret');
      const line = gateway.log.lines.find(({ msg }) => msg === 'request failed');
      expect(line).toMatchObject({ level: 'error', method: 'GET', url: '/api/streams?token=***' });
      expect(line?.['err']).toMatchObject({ message: 'a secret of the insides' });
    });

    it('sets the headers that keep browsers from harm on every answer', async () => {
      for (const path of ['/api/streams', '/nothing', '/', '/api/streams/none', '/healthz']) {
        const { headers } = await gateway.ask(path);
        expect(headers['content-security-policy']).toMatch(/^default-src 'self';.*frame-ancestors 'self'$/);
        expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
        expect(headers['cache-control']).toBe(path === '/' ? 'no-cache' : 'no-store');
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
    });

    it.each([
      ['a path that cannot be', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      ['what is no HTTP', 'hello\r\n\r\n'],
      ['a proxy request', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
    ])('sets them also on the answer to %s, for which there is no route', async (_, bytes) => {
      const { headers } = await gateway.askRaw(bytes);
      expect(headers['content-security-policy']).toMatch(/^default-src 'self'/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    });

    it('renders its figures once for all who ask within a second', async () => {
      const [first, second] = await Promise.all([gateway.ask('/metrics'), gateway.ask('/metrics')]);
      expect(first.body).toContain('process_cpu_seconds_total');
      expect(second.body).toBe(first.body);
    });

    it('describes its API as OpenAPI 3.1, and as a page that loads nothing from elsewhere', async () => {
      const document = JSON.parse((await gateway.ask('/api/openapi.json')).body);
      expect(document.openapi).toBe('3.1.0');
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining(['/api/streams', '/api/streams/{id}', '/api/server', '/healthz', '/metrics']),
      );
      expect(document.paths['/healthz'].get.security).toEqual([]);
      expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'basic', 'query']);
      expect(document.components.schemas.Problem).toBeDefined();
      const page = await gateway.ask('/api');
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.body).not.toMatch(/https?:\/\//);
      expect(page.body).not.toMatch(/<script>|style=/);
    });

    it('answers the habits of mjpg-streamer under their names', async () => {
      const [habit, own] = [
        await gateway.ask('/?action=snapshot&timeout=0.1'),
        await gateway.ask('/snapshot?timeout=0.1'),
      ];
      expect(habit.status).toBe(own.status);
      expect(habit.headers['content-type']).toBe(own.headers['content-type']);
    });
  });

  describe('says whether it is ready', () => {
    it('by the streams that run always', async () => {
      const gateway = await started({ isAlwaysOn: true });
      expect((await gateway.ask('/readyz')).body).toBe('{"status":"ready"}');
      gateway.stream.hubStream.setState('offline', { code: 'SOURCE_FAILED', message: 'gone' });
      const answer = await gateway.ask('/readyz');
      expect(answer.problem).toBe('503 SOURCE_FAILED');
      expect(answer.headers['retry-after']).toBe('5');
      expect((await gateway.ask('/healthz')).status).toBe(200);
      gateway.stream.hubStream.setState('live');
      expect((await gateway.ask('/readyz')).status).toBe(200);
    });

    it('whatever streams that start on demand are at', async () => {
      const gateway = await started();
      gateway.stream.hubStream.setState('offline', { code: 'SOURCE_FAILED', message: 'gone' });
      expect((await gateway.ask('/readyz')).status).toBe(200);
    });
  });

  describe('serves the web interface', () => {
    async function folderOfTest(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), 'web-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      return folder;
    }

    it('with its files, each kept as long as it may be', async () => {
      const folder = await folderOfTest();
      await mkdir(join(folder, 'assets'));
      await writeFile(join(folder, 'index.html'), '<!doctype html>the page');
      await writeFile(join(folder, 'icon.svg'), '<svg/>');
      await writeFile(join(folder, '.secret'), 'secret');
      await writeFile(join(folder, 'assets', 'index-abc123.js'), 'let x;');
      await writeFile(join(folder, 'client.mjs'), 'export {};');
      const gateway = await started({ flags: { token: 'look' }, web: { folder, client: join(folder, 'client.mjs') } });
      const kept = async (path: string) => {
        const { status, headers, body } = await gateway.ask(path);
        return [status, headers['cache-control'], headers['content-type'], body];
      };
      const html = 'text/html; charset=utf-8';
      const script = 'application/javascript; charset=utf-8';
      const forever = 'public, max-age=31536000, immutable';
      expect(await kept('/')).toEqual([200, 'no-cache', html, '<!doctype html>the page']);
      expect(await kept('/assets/index-abc123.js')).toEqual([200, forever, script, 'let x;']);
      expect(await kept('/icon.svg')).toEqual([200, 'no-cache', 'image/svg+xml', '<svg/>']);
      expect(await kept('/client.js')).toMatchObject([200, 'no-cache', expect.any(String), 'export {};']);
      for (const path of ['/.secret', '/assets/.secret', '/assets/%2e%2e/.secret', '/assets/none.js']) {
        const { problem, headers } = await gateway.ask(path);
        expect([problem, headers['cache-control']]).toEqual(['404 NOT_FOUND', 'no-store']);
      }
    });

    it('or says how to build it', async () => {
      const folder = await folderOfTest();
      const gateway = await started({ web: { folder: join(folder, 'none'), client: join(folder, 'none.js') } });
      const { status, body } = await gateway.ask('/');
      expect([status, body]).toEqual([503, expect.stringContaining('npm run build')]);
      expect((await gateway.ask('/client.js')).problem).toBe('404 NOT_FOUND');
    });
  });

  describe('lets pages of other origins', () => {
    const origin = 'https://app.example';

    it('read its answers where they are allowed, the problems too', async () => {
      const gateway = await started({ flags: { corsOrigin: [origin], token: 'look' } });
      for (const path of ['/api/streams', '/nothing', '/api/streams?token=look']) {
        const { headers } = await gateway.ask(path, { headers: { origin } });
        expect(headers['access-control-allow-origin']).toBe(origin);
        expect(headers['access-control-expose-headers']).toContain('X-Sequence');
      }
      expect((await gateway.ask('/nothing', { headers: { origin } })).problem).toBe('404 NOT_FOUND');
      const other = await gateway.ask('/api/streams', { headers: { origin: 'https://evil.example' } });
      expect(other.headers['access-control-allow-origin']).toBeUndefined();
    });

    it('ask beforehand, without a token', async () => {
      const gateway = await started({ flags: { corsOrigin: [origin], token: 'look' } });
      const headers = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const answer = await gateway.ask('/api/streams', { method: 'OPTIONS', headers });
      expect(answer.status).toBe(204);
      expect(answer.headers['access-control-allow-methods']).toContain('POST');
      expect(answer.headers['access-control-allow-headers']).toContain('Authorization');
    });
  });

  it('says when its port is taken, and what to do', async () => {
    const first = await started();
    const message = expect.stringContaining('--http-port, or --no-http');
    await expect(GatewayOfTest.start({}, first.port)).rejects.toMatchObject({ code: 'PORT_IN_USE', message });
  });

  const running: GatewayOfTest[] = [];
  async function started(options: GatewayOptions = {}): Promise<GatewayOfTest> {
    const gateway = await GatewayOfTest.start(options);
    running.push(gateway);
    return gateway;
  }
  afterEach(async () => {
    await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  });
});
