import { readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingListSchema, recordingStatusSchema } from '../../shared/api/recording-schema.js';
import { RestServer } from '../helpers/rest-of-test.js';
import { until } from '../helpers/until.js';

const PATH = '/api/streams/bars/recordings';
/** A recording of the stream `bars`, as it would be named. */
const NAME = 'bars_20260101T000000.000Z.mkv';
const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));
let rest: RestServer;

beforeAll(async () => {
  rest = await RestServer.start(['bars=test:bars?size=64x48&fps=50', 'other=test:bars?size=64x48&fps=50']);
  await writeFile(join(rest.recordings, NAME), CONTENT);
  await utimes(join(rest.recordings, NAME), 1_767_225_600, 1_767_225_600);
  await writeFile(join(rest.recordings, 'bars_20260101T000000.000Z.jsonl'), '{}');
  await writeFile(join(rest.recordings, 'secret.txt'), 'secret');
  await writeFile(join(rest.recordings, 'bars_20260101T000001.000Z.mp4'), '');
  await symlink(join(rest.recordings, 'secret.txt'), join(rest.recordings, 'bars_20260101T000002.000Z.mkv'));
});
afterAll(() => rest.stop());

/** Asks for a path as it is, which `fetch` would tidy up. */
async function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(rest.url);
    const options = { hostname, port, path, headers: { 'x-role': 'admin' } };
    httpRequest(options, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

describe('recordings of a stream', () => {
  it('are listed with where they are, newest first', async () => {
    const { status, json } = await rest.get(PATH);
    expect(status).toBe(200);
    expect(recordingListSchema.parse(json)).toEqual(json);
    expect(json).toEqual({
      status: null,
      files: [
        expect.objectContaining({ name: 'bars_20260101T000001.000Z.mp4', sizeBytes: 0, isOpen: false }),
        {
          ...{
            name: NAME,
            url: `${PATH}/${NAME}`,
            sizeBytes: 1000,
            modifiedAt: '2026-01-01T00:00:00.000Z',
            isOpen: false,
          },
        },
      ],
    });
    expect((await rest.get('/api/streams/other/recordings')).json).toEqual({ status: null, files: [] });
  });

  it('are started, watched, downloaded while they are written, and stopped', async () => {
    const started = await rest.request('POST', PATH, { body: { format: 'mkv' } });
    expect(started.status).toBe(201);
    expect(recordingStatusSchema.parse(started.json)).toEqual(started.json);
    expect(started.json).toMatchObject({ state: 'recording', error: null });
    expect((await rest.request('POST', PATH)).problem).toBe('409 RECORDING_FAILED');
    expect((await rest.get('/api/streams/bars')).json).toMatchObject({ isRecording: true, viewers: 0 });

    await until(async () => (await rest.get(PATH)).json.status.frames > 100);
    const { status, files } = (await rest.get(PATH)).json;
    expect(files[0]).toMatchObject({ name: status.file, isOpen: true });
    await until(async () => (await stat(join(rest.recordings, status.file))).size > 0);
    const part = await rest.get(files[0].url);
    expect(part.status).toBe(200);
    expect(part.headers.get('content-length')).toBe(`${part.body.length}`);
    expect(part.body.length).toBeGreaterThan(0);
    expect(part.body.subarray(0, 4).toString('hex')).toBe('1a45dfa3');

    const stopped = await rest.request('DELETE', PATH);
    expect([stopped.status, stopped.body.length]).toEqual([204, 0]);
    const whole = await rest.get(files[0].url);
    expect(whole.body).toEqual(await readFile(join(rest.recordings, status.file)));
    expect((await rest.get(PATH)).json.files[0]).toMatchObject({ name: status.file, isOpen: false });
    expect((await rest.get('/api/streams/bars')).json.isRecording).toBe(false);
    expect((await rest.request('DELETE', PATH)).status).toBe(204);
  });

  it('start without a body, and as MP4', async () => {
    for (const body of [undefined, {}, { format: 'mp4' }]) {
      expect((await rest.request('POST', '/api/streams/other/recordings', { body })).status).toBe(201);
      await until(async () => (await rest.get('/api/streams/other/recordings')).json.status.file !== null);
      await rest.request('DELETE', '/api/streams/other/recordings');
    }
    const { files } = (await rest.get('/api/streams/other/recordings')).json;
    expect(files.map(({ name }: { name: string }) => name.slice(-3))).toEqual(['mp4', 'mkv', 'mkv']);
    const { headers } = await rest.get(files[0].url);
    expect(headers.get('content-type')).toBe('video/mp4');
  });

  it('go on when a setting is changed', async () => {
    await rest.request('POST', PATH);
    await rest.request('PATCH', '/api/streams/bars', { body: { quality: 60 } });
    expect((await rest.get(PATH)).json.status.state).toBe('recording');
    await rest.request('DELETE', PATH);
  });

  it('refuse what cannot be', async () => {
    for (const body of [{ format: 'avi' }, { format: null }, [], 5, '{']) {
      expect((await rest.request('POST', PATH, { body })).problem).toBe('400 BAD_REQUEST');
    }
    expect((await rest.request('POST', '/api/streams/none/recordings')).problem).toBe('404 UNKNOWN_STREAM');
    expect((await rest.request('DELETE', '/api/streams/none/recordings')).problem).toBe('404 UNKNOWN_STREAM');
  });

  it('say why they cannot be', async () => {
    const folder = join(rest.recordings, 'secret.txt');
    const broken = await RestServer.start(['bars=test:bars?size=64x48&fps=50'], { recordings: folder });
    const answer = await broken.request('POST', PATH);
    await broken.stop();
    expect(answer.problem).toBe('500 RECORDING_FAILED');
    expect(answer.json.detail).toMatch(/^Recording into .*secret\.txt failed/);
  });
});

describe('a download', () => {
  const file = `${PATH}/${NAME}`;

  it('is the whole file', async () => {
    const { status, headers, body } = await rest.get(file);
    expect(status).toBe(200);
    expect(body).toEqual(CONTENT);
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'content-type': 'video/x-matroska', 'content-length': '1000', 'accept-ranges': 'bytes' },
      ...{ 'content-disposition': `attachment; filename="${NAME}"`, 'cache-control': 'private, no-cache' },
      ...{ etag: expect.stringMatching(/^"[0-9a-f]+-[0-9a-f]+"$/) },
      'last-modified': (await stat(join(rest.recordings, NAME))).mtime.toUTCString(),
    });
  });

  it('says in a HEAD what a GET would', async () => {
    const { status, headers, body } = await rest.request('HEAD', file);
    expect([status, body.length, headers.get('content-length')]).toEqual([200, 0, '1000']);
    const part = await rest.request('HEAD', file, { headers: { range: 'bytes=1-2' } });
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '2']);
  });

  it.each([
    ['bytes=0-9', 0, 9],
    ['bytes=990-', 990, 999],
    ['bytes=-10', 990, 999],
    ['bytes=500-5000', 500, 999],
    ['bytes=0-0', 0, 0],
  ])('can be the range %s', async (range, first, last) => {
    const { status, headers, body } = await rest.get(file, { headers: { range } });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${first}-${last}/1000`);
    expect(headers.get('content-length')).toBe(`${last - first + 1}`);
    expect(body).toEqual(CONTENT.subarray(first, last + 1));
  });

  it.each(['bytes=0-1,5-6', 'lines=0-1', 'bytes=5-4'])('is the whole for %s', async (range) => {
    const { status, body } = await rest.get(file, { headers: { range } });
    expect([status, body.length]).toEqual([200, 1000]);
  });

  it('refuses a range there is not', async () => {
    const answer = await rest.get(file, { headers: { range: 'bytes=1000-' } });
    expect(answer.problem).toBe('416 BAD_REQUEST');
    expect(answer.headers.get('content-range')).toBe('bytes */1000');
  });

  it('is the whole where the file is another than the one asked on', async () => {
    const etag = (await rest.get(file)).headers.get('etag')!;
    const range = 'bytes=0-9';
    const same = await rest.get(file, { headers: { range, 'if-range': etag } });
    expect([same.status, same.body.length]).toEqual([206, 10]);
    for (const validator of ['"other"', `W/${etag}`, 'Thu, 01 Jan 1970 00:00:00 GMT', 'x']) {
      const other = await rest.get(file, { headers: { range, 'if-range': validator } });
      expect([other.status, other.body.length]).toEqual([200, 1000]);
    }
  });

  it('can be empty', async () => {
    const { status, headers, body } = await rest.get(`${PATH}/bars_20260101T000001.000Z.mp4`);
    expect([status, body.length, headers.get('content-length')]).toEqual([200, 0, '0']);
  });

  it.each([
    'secret.txt',
    'bars_20260101T000000.000Z.jsonl',
    'bars_20260101T000002.000Z.mkv',
    'bars_20990101T000000.000Z.mkv',
    '..%2fsecret.txt',
    '%2e%2e%2fsecret.txt',
    '..%5csecret.txt',
    '%252e%252e%252fsecret.txt',
    '%2fetc%2fpasswd',
    `.%2f${NAME}`,
    `${NAME}%00`,
    `${NAME}%00.txt`,
    '%c0%ae%c0%ae%2fsecret.txt',
    'x'.repeat(200),
    '../recordings/secret.txt',
    '../../../../../../../../etc/passwd',
    '%2e%2e/%2e%2e/secret.txt',
    '',
  ])('is refused of %j', async (name) => {
    expect([400, 404]).toContain(await statusOf(`${PATH}/${name}`));
  });

  it('is refused of the recordings of another stream', async () => {
    expect((await rest.get(`/api/streams/other/recordings/${NAME}`)).problem).toBe('404 NOT_FOUND');
  });

  it('lets go of the file when whoever loads it hangs up', async () => {
    const big = 'bars_20260102T000000.000Z.mkv';
    await writeFile(join(rest.recordings, big), Buffer.alloc(64 * 1024 * 1024));
    const isOpen = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).some((path) => path.endsWith(big));
    };
    const call = httpRequest(`${rest.url}${PATH}/${big}`, (response) => response.pause()).on('error', () => undefined);
    call.end();
    await until(isOpen);
    call.destroy();
    // At every moment between the request and its answer.
    for (let n = 0; n < 40; n += 1) {
      const early = httpRequest(`${rest.url}${PATH}/${big}`).on('error', () => undefined);
      early.end();
      early.once('socket', (socket) => socket.once('connect', () => setTimeout(() => early.destroy(), n / 8)));
    }
    await until(async () => !(await isOpen()));
  });
});
