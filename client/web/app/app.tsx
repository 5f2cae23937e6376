import { type ReactElement, useCallback, useMemo, useState } from 'react';
import { ConnectionBanner } from './components/connection-banner.js';
import { SiteHeader } from './components/site-header.js';
import { useLiveView } from './hooks/use-live-view.js';
import { usePageFocus } from './hooks/use-page-focus.js';
import { useRoute } from './hooks/use-route.js';
import { SessionContext } from './hooks/use-session.js';
import { ServerApi } from './model/api-client.js';
import type { Route } from './model/router.js';
import type { TokenStore } from './model/token-store.js';
import { JoinPage } from './pages/join-page.js';
import { PublishersPage } from './pages/publishers-page.js';
import { StreamPage } from './pages/stream-page.js';
import { TokenPage } from './pages/token-page.js';
import { WallPage } from './pages/wall-page.js';

export interface AppProps {
  /** Address of the server, with a `/` at its end. */
  readonly base: string;
  readonly initialToken: string | null;
  readonly tokens: TokenStore;
}

/** The web interface: who uses it, and the page that the address names. */
export function App({ base, initialToken, tokens }: AppProps): ReactElement {
  const [token, setToken] = useState(initialToken);
  const api = useMemo(() => new ServerApi(base, token), [base, token]);
  const asked = useRoute();
  const useToken = useCallback(
    (next: string | null): void => {
      tokens.set(next);
      setToken(next);
    },
    [tokens],
  );
  if (asked.page !== 'join') return <LivePages api={api} asked={asked} useToken={useToken} />;
  return (
    <SessionContext value={{ api, canChange: false, isConnected: false, useToken }}>
      <JoinPage route={asked} />
    </SessionContext>
  );
}

interface LivePagesProps {
  readonly api: ServerApi;
  readonly asked: Exclude<Route, { page: 'join' }>;
  readonly useToken: (token: string | null) => void;
}

/** The pages that show how the server is, with the connection that tells it. */
function LivePages({ api, asked, useToken }: LivePagesProps): ReactElement {
  const view = useLiveView(api);
  // A server that takes no streams has no wall.
  const hasWall = view.server === null || view.server.maxStreams > 0 || view.fleet === null;
  const route = asked.page === 'wall' && !hasWall ? ({ page: 'publishers', dialog: null } as const) : asked;
  const mainRef = usePageFocus(route, view.server !== null);
  const session = useMemo(
    () => ({
      api,
      canChange: view.server?.role === 'admin',
      isConnected: view.status.kind === 'connected',
      useToken,
    }),
    [api, useToken, view.server?.role, view.status.kind],
  );

  const isRefused = view.status.kind === 'refused';
  return (
    <SessionContext value={session}>
      <button type="button" className="skip-link" onClick={() => mainRef.current?.focus()}>
        Skip to content
      </button>
      <SiteHeader view={view} page={route.page} hasWall={hasWall} />
      <ConnectionBanner status={view.status} heardAtMs={view.heardAtMs} />
      <main ref={mainRef} tabIndex={-1} data-stale={view.status.kind === 'reconnecting'}>
        {isRefused && view.status.kind === 'refused' && <TokenPage problem={view.status.problem} />}
        {!isRefused && route.page === 'wall' && <WallPage view={view} isAdding={route.dialog === 'add'} />}
        {!isRefused && route.page === 'stream' && <StreamPage key={route.name} view={view} route={route} />}
        {!isRefused && route.page === 'publishers' && <PublishersPage view={view} route={route} />}
      </main>
      <div className="visually-hidden" role="status">
        {view.announcement}
      </div>
    </SessionContext>
  );
}
