import { describe, expect, it, vi } from 'vitest';
import { type ApiError, ServerApi, toApiError } from '../../../../../client/web/app/model/api-client.js';
import { clientSample } from '../../../../helpers/api-samples.js';

/** A server that gives one answer, and remembers what it was asked. */
function apiOf(answer: Response | Error, token: string | null = 's/t') {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetchFrom = async (input: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(input), init: init ?? {} });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, api: new ServerApi('http://h:1/p/', token, fetchFrom) };
}

const failureOf = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => expect.fail('it worked'),
    (error: unknown) => toApiError(error),
  );

describe('ServerApi', () => {
  it('asks below the path that the page is at, with the token in a header', async () => {
    const { api, asked } = apiOf(Response.json({ version: '1' }));
    expect(await api.server()).toEqual({ version: '1' });
    expect(asked[0]?.url).toBe('http://h:1/p/api/server');
    expect(asked[0]?.init).toMatchObject({ method: 'GET', headers: { authorization: 'Bearer s/t' } });
  });

  it('sends no header without a token', async () => {
    const { api, asked } = apiOf(Response.json({}), null);
    await api.server();
    expect(asked[0]?.init.headers).toEqual({});
  });

  it('sends a body as JSON', async () => {
    const { api, asked } = apiOf(Response.json({}));
    await api.changeStream('a', { fps: null });
    expect(asked[0]?.init).toMatchObject({ method: 'PATCH', body: '{"fps":null}' });
    expect(asked[0]?.init.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('names streams and clients safely', async () => {
    const { api, asked } = apiOf(new Response(null, { status: 204 }));
    await api.removeStream('..');
    await api.stopRecording('a/b');
    await api.kick(clientSample('x?y'));
    expect(asked.map(({ url }) => url).slice(1)).toEqual([
      'http://h:1/p/api/streams/a%2Fb/recordings',
      'http://h:1/p/api/clients/x%3Fy',
    ]);
  });

  it('throws what a problem document says', async () => {
    const problem = { code: 'STREAM_EXISTS', detail: 'Take another name.', title: 'There is one.', status: 409 };
    const { api } = apiOf(Response.json(problem, { status: 409 }));
    expect(await failureOf(api.addStream({ name: 'a' }))).toMatchObject({
      code: 'STREAM_EXISTS',
      message: 'Take another name.',
      status: 409,
    });
  });

  it.each([
    new Response('<html>Bad Gateway', { status: 502, statusText: 'Bad Gateway' }),
    Response.json({ oops: 1 }, { status: 502, statusText: 'Bad Gateway' }),
  ])('says what a proxy answered that knows no problem documents', async (answer) => {
    const failure = await failureOf(apiOf(answer).api.server());
    expect(failure).toMatchObject({ code: 'BAD_ANSWER', message: 'The server answered 502 Bad Gateway.', status: 502 });
  });

  it('says that an answer cannot be read', async () => {
    const failure = await failureOf(apiOf(new Response('{')).api.server());
    expect(failure).toMatchObject({ code: 'BAD_ANSWER', status: 200 });
  });

  it('says that the server cannot be reached', async () => {
    const failure = await failureOf(apiOf(new TypeError('fetch failed')).api.server());
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', status: null });
  });

  it('waits no longer than ten seconds for what every server answers at once', async () => {
    const limit = vi.spyOn(AbortSignal, 'timeout');
    const { api, asked } = apiOf(new DOMException('The operation timed out.', 'TimeoutError'));
    const failure = await failureOf(api.server());
    expect(failure).toMatchObject({ code: 'CONNECT_TIMEOUT', status: null });
    expect(failure.message).toBe('The server did not answer within 10 seconds.');
    expect(limit.mock.calls).toEqual([[10_000]]);
    expect(asked[0]?.init.signal).toBe(limit.mock.results[0]?.value);
    limit.mockRestore();
  });

  it('makes links with the token, below the path that the page is at', () => {
    const { api } = apiOf(Response.json({}));
    expect(api.link('/api/streams/a/recordings/f.mp4')).toBe('http://h:1/p/api/streams/a/recordings/f.mp4?token=s%2Ft');
    expect(api.socketAddress('api/events')).toBe('ws://h:1/p/api/events?token=s%2Ft');
    expect(apiOf(Response.json({}), null).api.link('x')).toBe('http://h:1/p/x');
  });
});

describe('toApiError', () => {
  it('keeps the cause of what is none', () => {
    const cause = new RangeError('odd');
    expect(toApiError(cause)).toMatchObject({ code: 'INTERNAL', message: 'odd', cause });
    expect(toApiError('text').message).toBe('text');
  });
});
