import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerApi } from '../../../../../client/web/app/model/api-client.js';
import { LiveStore } from '../../../../../client/web/app/model/live-store.js';
import { serverSample, streamSample } from '../../../../helpers/api-samples.js';

class FakeWebSocket extends EventTarget {
  static readonly opened: FakeWebSocket[] = [];

  constructor(readonly address: string) {
    super();
    FakeWebSocket.opened.push(this);
  }

  say(event: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(event) }));
  }

  close(): void {
    this.dispatchEvent(new Event('close'));
  }
}

const SNAPSHOT = { type: 'snapshot', server: serverSample(), streams: [streamSample('a')], clients: [] };
const api = new ServerApi('http://h:1/', null, async () => Response.json(serverSample()));

beforeEach(() => {
  FakeWebSocket.opened.length = 0;
  vi.stubGlobal('WebSocket', FakeWebSocket);
});
afterEach(() => vi.unstubAllGlobals());

describe('LiveStore', () => {
  it('tells those who look that something changed', async () => {
    const store = new LiveStore(api);
    const looked: string[] = [];
    const stop = store.subscribe(() => looked.push(store.current().status.kind));
    store.open();
    await vi.waitUntil(() => FakeWebSocket.opened.length === 1);
    FakeWebSocket.opened[0]?.say(SNAPSHOT);
    expect(looked).toEqual(['connected', 'connected']);
    expect(store.current().streams).toHaveLength(1);
    stop();
    FakeWebSocket.opened[0]?.say({ type: 'stream', event: 'removed', stream: streamSample('a') });
    expect(looked).toHaveLength(2);
    expect(store.current().announcement).toBe('a was removed.');
    store.close();
  });

  it('can be opened again after it was closed, as StrictMode does', async () => {
    const store = new LiveStore(api);
    store.open();
    store.close();
    store.open();
    await vi.waitUntil(() => FakeWebSocket.opened.length === 1);
    FakeWebSocket.opened[0]?.say(SNAPSHOT);
    expect(store.current().status.kind).toBe('connected');
    store.close();
  });

  it('knows of when the view is, also while the server is away', async () => {
    const store = new LiveStore(api);
    store.open();
    await vi.waitUntil(() => FakeWebSocket.opened.length === 1);
    expect(store.current().heardAtMs).toBe(null);
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_234);
    FakeWebSocket.opened[0]?.say(SNAPSHOT);
    now.mockReturnValue(9_999);
    FakeWebSocket.opened[0]?.close();
    expect(store.current()).toMatchObject({ status: { kind: 'reconnecting' }, heardAtMs: 1_234 });
    now.mockRestore();
    store.close();
  });

  it('gives the same view until something changed', () => {
    const store = new LiveStore(api);
    expect(store.current()).toBe(store.current());
  });
});
