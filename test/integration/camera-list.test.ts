import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadCameraList } from '../../client/cameras/camera-list.js';
import type { CameraList } from '../../client/cameras/camera-list.js';
import { cameraListConfig, CAMERA_LIST_OPTIONS } from '../../client/cameras/camera-list-options.js';
import { SystemClock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByFlags } from '../../shared/option-table.js';
import { CameraApi } from '../helpers/camera-api.js';
import type { CameraPlan, ListPlan } from '../helpers/camera-api.js';
import { HttpPeer, answerOf } from '../helpers/http-peer.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';

/** Reads a list as the options of the command line ask for. */
async function load(
  flags: Readonly<Record<string, unknown>>,
  { token = null, log = new LogOfTest() }: { token?: string | null; log?: LogOfTest } = {},
): Promise<CameraList> {
  const given = checkedValues(CAMERA_LIST_OPTIONS, givenByFlags(CAMERA_LIST_OPTIONS, flags));
  const config = cameraListConfig({ ...defaultsOf(CAMERA_LIST_OPTIONS), ...given }, token);
  const { signal } = new AbortController();
  return loadCameraList(config!, { clock: new SystemClock(), logger: log.logger, signal });
}

async function loadText(text: string, flags: Readonly<Record<string, unknown>> = {}): Promise<CameraList> {
  const folder = await mkdtemp(join(tmpdir(), 'camera-list-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'list'), text);
  return load({ file: join(folder, 'list'), ...flags });
}

async function failureOf(loading: Promise<unknown>): Promise<StreamerError> {
  const error: unknown = await loading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof StreamerError) return error;
  throw new Error('it did not fail as it should', { cause: error });
}

function namesOf({ cameras }: CameraList): string[] {
  return cameras.map(({ name }) => name);
}

const FIVE: readonly CameraPlan[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));

describe.skipIf(!requireCamera())('the list of a camera API', () => {
  function start(list: ListPlan, cameras = FIVE): Promise<CameraApi> {
    return ofTest(CameraApi.start(cameras, list));
  }

  it.each<[string, ListPlan, Readonly<Record<string, unknown>>]>([
    ['on one page', { style: 'param' }, {}],
    ['with Link headers', { style: 'link', pages: 2 }, {}],
    ['with a field next', { style: 'next', pages: 2 }, {}],
    ['with a field next, and the array within', { style: 'next', pages: 2, wrap: true }, {}],
    ['with the number of the page', { style: 'param', pages: 2 }, { pageParam: 'page' }],
    ['with the number of the page, the last one full', { style: 'param', pages: 5 }, { pageParam: 'page' }],
    ['with the size of a page', { style: 'param', pages: 2 }, { pageParam: 'page', pageSize: '2' }],
  ])('is read %s', async (_, plan, flags) => {
    const api = await start(plan);
    const list = await load({ apiUrl: api.url, ...flags });
    expect(namesOf(list)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(list).toMatchObject({ listed: 5, selected: 5, left: [] });
    expect(list.cameras[0]).toMatchObject({ kind: 'mjpeg', url: api.at('/stream/a') });
  });

  it('asks for no page behind the last one where the size of a page is known', async () => {
    const api = await start({ style: 'param', pages: 2 });
    await load({ apiUrl: api.url, pageParam: 'page', pageSize: '2' });
    await api.untilPage(3);
    expect(api.pages.map(({ page }) => page)).toEqual([1, 2, 3]);
  });

  it('ends where pages lead around', async () => {
    const api = await start({ style: 'loop', pages: 2 });
    const log = new LogOfTest();
    expect(namesOf(await load({ apiUrl: api.url }, { log }))).toEqual(['a', 'b']);
    expect(log.messages('warn').join()).toContain('leads back to an earlier page');
  });

  it('ends where the API does not know the number of the page', async () => {
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => void socket.write(answerOf('200 OK', [], '["http://h/1"]'))),
    );
    const log = new LogOfTest();
    expect(namesOf(await load({ apiUrl: peer.url(), pageParam: 'page' }, { log }))).toEqual(['camera-1']);
    expect(log.messages('warn').join()).toContain('answers as the page before it');
  });

  it('shows its token and its headers', async () => {
    const api = await start({ token: 's3cret-token', header: ['X-Api-Key', 'abc'] });
    const list = await load({ apiUrl: api.url, header: ['X-Api-Key: abc'] }, { token: 's3cret-token' });
    expect(list.cameras).toHaveLength(5);
  });

  it('says what is wrong with credentials, and does not show them', async () => {
    const api = await start({ token: 's3cret-token' });
    expect(await failureOf(load({ apiUrl: api.url }))).toMatchObject({
      code: 'SOURCE_DENIED',
      message: `${api.url}: it refuses the list; it wants credentials; give --token, a --header, or user:password@ before the host.`,
    });
    const error = await failureOf(load({ apiUrl: api.url }, { token: 'wrong-token' }));
    expect(error).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(error.message).toMatch(/the token is wrong/);
    expect(error.message).not.toContain('wrong-token');
  });

  it('takes only what passes the filter, by any field', async () => {
    const cameras = [
      { name: 'a', entry: { status: 1, site: { kind: 'yard' } } },
      { name: 'b', entry: { status: '1', site: { kind: 'test' } } },
      { name: 'c', entry: { status: 2 } },
    ];
    const api = await start({}, cameras);
    expect(namesOf(await load({ apiUrl: api.url, filter: ['status=1'] }))).toEqual(['a', 'b']);
    const both = await load({ apiUrl: api.url, filter: ['status=1', 'site.kind!=test'] });
    expect([namesOf(both), both.listed, both.selected]).toEqual([['a'], 3, 1]);
    expect(await failureOf(load({ apiUrl: api.url, filter: ['state=1'] }))).toMatchObject({
      code: 'NO_CAMERAS',
      message: 'None of the 3 cameras of the list pass --filter state=1; none has a field state.',
    });
  });

  it('leaves out single cameras that cannot be opened, and says why', async () => {
    const url = 'http://h/a';
    const bad = (fr_url: unknown, name: string) => ({ name, entry: { fr_url, name } });
    const api = await start({}, [
      bad(url, 'good'),
      bad('file:///etc/passwd', 'file'),
      bad(null, 'none'),
      bad(7, 'number'),
      bad(url, 'again'),
      bad('http://h/b', 'good'),
      bad('http://h/c', '\u001b[31mred\u0007'),
      bad('http://h/d', ''),
      bad('http://user:hunter2@h/e', 'http://user:hunter2@h/e'),
    ]);
    const { cameras, left } = await load({ apiUrl: api.url });
    expect(cameras.map(({ name }) => name)).toEqual([
      'good',
      'good-2',
      '\uFFFD[31mred\uFFFD',
      '8',
      'http://user:***@h/e',
    ]);
    expect(left).toEqual([
      { name: 'file', why: 'addresses that begin with file: are not opened' },
      { name: 'none', why: 'it has no field fr_url, url' },
      { name: 'number', why: 'its address is no text' },
      { name: 'again', why: 'it has the same address as good' },
    ]);
  });

  it('names the fields there are where none has the address', async () => {
    const api = await start({}, [{ name: 'a', entry: { fr_url: null, stream: 'http://h/a' } }]);
    expect(await failureOf(load({ apiUrl: api.url, listPath: 'cameras' }))).toMatchObject({
      code: 'CAMERA_LIST_INVALID',
      message:
        'Of the list the only camera has no field fr_url or url; choose another with --url-field, of id, name, status, stream.',
    });
    expect((await load({ apiUrl: api.url, urlField: 'stream' })).cameras[0]?.url).toBe('http://h/a');
  });

  it.each<[string, ListPlan, string, RegExp]>([
    ['a web page', { raw: '<html>', type: 'text/html' }, 'CAMERA_LIST_INVALID', /is a web page, not JSON/],
    ['a web page that says it is JSON', { raw: '<html>' }, 'CAMERA_LIST_INVALID', /is no JSON; check what it is\.$/],
    ['nothing', { raw: '' }, 'CAMERA_LIST_INVALID', /is empty/],
    ['half of it', { raw: '[{"fr_url": "\u001b]0;x' }, 'CAMERA_LIST_INVALID', /is no JSON; check what it is\.$/],
    ['an empty list', { raw: '[]' }, 'NO_CAMERAS', /The list of cameras is empty/],
    ['an error', { status: 500 }, 'SOURCE_BAD_ANSWER', /it answers 500/],
    ['a very deep array', { raw: '['.repeat(50_000) + ']'.repeat(50_000) }, 'CAMERA_LIST_INVALID', /no field fr_url/],
    [
      'no list',
      { raw: '{"__proto__":{"fr_url":"x"}}' },
      'CAMERA_LIST_INVALID',
      /holds no array; its fields are __proto__/,
    ],
    [
      'texts that are no addresses',
      { raw: '["a","b"]' },
      'NO_CAMERAS',
      /None of 2 cameras can be opened; of camera-1, its/,
    ],
    [
      'a cursor',
      { raw: '{"items":["http://h/"],"next":"abc"}' },
      'CAMERA_LIST_INVALID',
      /is no address of a next page/,
    ],
  ])('refuses %s', async (_, plan, code, message) => {
    const api = await start(plan);
    const error = await failureOf(load({ apiUrl: api.url }));
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^\P{Cc}*$/u);
  });

  it('sends its headers to no other origin, though it follows it', async () => {
    const other = await ofTest(
      HttpPeer.start(({ socket }) => void socket.write(answerOf('200 OK', [], '{"cameras":["http://h/2"]}'))),
    );
    const first = `{"cameras":["http://h/1"],"next":"${other.url()}"}`;
    const peer = await ofTest(HttpPeer.start(({ socket }) => void socket.write(answerOf('200 OK', [], first))));
    const list = await load({ apiUrl: peer.url(), header: ['X-Api-Key: abc'] }, { token: 's3cret' });
    expect(list.cameras).toHaveLength(2);
    expect([peer.sent('authorization'), peer.sent('x-api-key')]).toEqual([['Bearer s3cret'], ['abc']]);
    expect([other.sent('authorization'), other.sent('x-api-key')]).toEqual([[undefined], [undefined]]);
  });

  it('gives up an answer without an end', async () => {
    const megabyte = Buffer.alloc(1 << 20, ' ');
    const endless = (socket: Socket) => {
      while (!socket.destroyed && socket.write(megabyte)) continue;
      if (!socket.destroyed) socket.once('drain', () => endless(socket));
    };
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n');
        endless(socket);
      }),
    );
    expect((await failureOf(load({ apiUrl: peer.url() }))).message).toContain('larger than 32 MiB');
  });

  it('is given up when the user stops', async () => {
    const peer = await ofTest(HttpPeer.start(null));
    const stop = new AbortController();
    const config = cameraListConfig({ ...defaultsOf(CAMERA_LIST_OPTIONS), apiUrl: peer.url() }, null);
    const parts = { clock: new SystemClock(), logger: new LogOfTest().logger, signal: stop.signal };
    const loading = failureOf(loadCameraList(config!, parts));
    stop.abort();
    expect(await loading).toMatchObject({ code: 'CLIENT_CLOSING' });
  });
});

describe('the list of a file', () => {
  it('is JSON, CSV, or lines', async () => {
    const json = await loadText('\uFEFF {"data":{"cams":[{"id":7,"fr_url":"http://h/1"}]}}');
    const csv = await loadText('id;name;fr_url\n1;door;rtsp://h/1\n2;yard;streamer://h/2\n');
    const lines = await loadText('# mine\n\nhttp://h/1?a=b\r\nyard=http://h/2\n');
    expect(json.cameras).toEqual([{ name: '7', kind: 'mjpeg', url: 'http://h/1', shownUrl: 'http://h/1' }]);
    expect(csv.cameras.map(({ name, kind }) => [name, kind])).toEqual([
      ['door', 'rtsp'],
      ['yard', 'streamer'],
    ]);
    expect(lines.cameras.map(({ name, url }) => [name, url])).toEqual([
      ['camera-1', 'http://h/1?a=b'],
      ['yard', 'http://h/2'],
    ]);
  });

  it('filters CSV by its columns', async () => {
    const text = 'name,status,url\na,1,http://h/a\nb,2,http://h/b\n';
    expect(namesOf(await loadText(text, { filter: ['status=1'] }))).toEqual(['a']);
  });

  it.each([
    ['', 'NO_CAMERAS', 'The list of cameras is empty.'],
    ['# nothing\n', 'NO_CAMERAS', 'The list of cameras is empty.'],
    ['<html>', 'CAMERA_LIST_INVALID', 'is a web page or XML'],
    ['{"a":', 'CAMERA_LIST_INVALID', 'is no JSON'],
    ['\0\u0001\u0002', 'NO_CAMERAS', 'is empty'],
    ['a,b\n1,2\n', 'CAMERA_LIST_INVALID', 'has no field fr_url or url; choose another with --url-field, of a, b.'],
  ])('is refused where it is %j', async (text, code, message) => {
    const error = await failureOf(loadText(text));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  it('has to be a file', async () => {
    expect(await failureOf(load({ file: '/none/x' }))).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(await failureOf(load({ file: tmpdir() }))).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect((await failureOf(load({ file: '/dev/zero' }))).message).toContain('larger than 64 MiB');
  });

  it('takes a hundred thousand cameras of one name', async () => {
    const list = await loadText(Array.from({ length: 100_000 }, (_, i) => `cam=http://h/${i}`).join('\n'));
    expect(new Set(namesOf(list)).size).toBe(100_000);
    expect(namesOf(list).slice(0, 3)).toEqual(['cam', 'cam-2', 'cam-3']);
  });
});
