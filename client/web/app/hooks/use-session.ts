import { createContext, useContext } from 'react';
import type { ServerApi } from '../model/api-client.js';

/** Who uses the page: how to reach the server in their name, and what they may do. */
export interface Session {
  readonly api: ServerApi;
  /** Whether the server lets them change things. */
  readonly canChange: boolean;
  /** Whether what the page shows is of now. */
  readonly isConnected: boolean;
  /** Goes on with another token; null forgets it. */
  readonly useToken: (token: string | null) => void;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession needs a SessionContext above it');
  return session;
}
