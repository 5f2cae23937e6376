const KEY = 'frame-streamer.token';

/** What is needed of `sessionStorage`. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Where the token is kept: as long as the tab lives, and in no other. Storage that a browser refuses (private windows,
 * blocked cookies) only means that the token is asked for again.
 */
export class TokenStore {
  constructor(private readonly storage: () => TokenStorage) {}

  get(): string | null {
    try {
      return this.storage().getItem(KEY);
    } catch {
      return null;
    }
  }

  set(token: string | null): void {
    try {
      if (token === null) this.storage().removeItem(KEY);
      else this.storage().setItem(KEY, token);
    } catch {
      return;
    }
  }
}

/** Takes `token` out of a page's address: the token, and the address without it, to be shown in its place. */
export function takeToken(address: string): { token: string | null; address: string } {
  const url = new URL(address);
  const token = url.searchParams.get('token');
  url.searchParams.delete('token');
  return { token: token === '' ? null : token, address: url.href };
}
