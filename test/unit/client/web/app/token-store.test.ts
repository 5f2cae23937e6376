import { describe, expect, it } from 'vitest';
import { TokenStore, takeToken } from '../../../../../client/web/app/model/token-store.js';

describe('takeToken', () => {
  it('takes the token out of the address, and leaves the rest', () => {
    expect(takeToken('http://h:1/p/?a=1&token=s%20t#/streams/cam1')).toEqual({
      token: 's t',
      address: 'http://h:1/p/?a=1#/streams/cam1',
    });
  });

  it('leaves an address without a token alone', () => {
    expect(takeToken('http://h:1/p/#/add')).toEqual({ token: null, address: 'http://h:1/p/#/add' });
  });

  it('takes an empty token for none', () => {
    expect(takeToken('http://h:1/?token=')).toEqual({ token: null, address: 'http://h:1/' });
  });
});

describe('TokenStore', () => {
  it('keeps a token, and forgets it', () => {
    const kept = new Map<string, string>();
    const store = new TokenStore(() => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    }));
    expect(store.get()).toBe(null);
    store.set('secret');
    expect(store.get()).toBe('secret');
    store.set(null);
    expect(kept.size).toBe(0);
  });

  it('does without a storage that the browser refuses', () => {
    const store = new TokenStore(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    store.set('secret');
    expect(store.get()).toBe(null);
  });
});
