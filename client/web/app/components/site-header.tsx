import { type ReactElement, useState } from 'react';
import { useSession } from '../hooks/use-session.js';
import type { LiveView } from '../model/live-store.js';
import type { Route } from '../model/router.js';
import { countText, sinceText } from '../model/texts.js';
import { BrandLink } from './brand-link.js';
import { TokenDialog } from './token-dialog.js';

/** The head of every page: the name, how the server is, and what one may do. */
export function SiteHeader({ view, page, hasWall }: SiteHeaderProps): ReactElement {
  const { server, fleet } = view;
  return (
    <header className="site-header">
      <BrandLink />
      {fleet !== null && <SiteNav page={page} hasWall={hasWall} />}
      {server !== null && (
        <p className="server-summary">
          {hasWall && <span>{countText(view.streams.length, 'stream')}</span>}
          {fleet !== null && <span>{countText(fleet.publishers.length, 'publisher')}</span>}
          <span>{countText(view.clients.length, 'client')}</span>
          <span className="wide-only">up {sinceText(server.startedAtUs, server.nowUs)}</span>
          <span className="wide-only">{server.version}</span>
        </p>
      )}
      {server !== null && <Access hasAdminToken={server.hasAdminToken} />}
    </header>
  );
}

export interface SiteHeaderProps {
  readonly view: LiveView;
  readonly page: Route['page'];
  /** Whether the server can have streams. */
  readonly hasWall: boolean;
}

/** The pages of a server that has publishers, too. */
function SiteNav({ page, hasWall }: Omit<SiteHeaderProps, 'view'>): ReactElement {
  return (
    <nav className="site-nav" aria-label="Pages">
      {hasWall && (
        <a href="#/" aria-current={page === 'publishers' ? undefined : 'page'}>
          Streams
        </a>
      )}
      <a href="#/publishers" aria-current={page === 'publishers' ? 'page' : undefined}>
        Publishers
      </a>
    </nav>
  );
}

/** Why buttons are missing, and what to do about it; how to leave again for those who came in with a token. */
function Access({ hasAdminToken }: { readonly hasAdminToken: boolean }): ReactElement | null {
  const { api, canChange, useToken } = useSession();
  const [isAsking, setAsking] = useState(false);
  if (canChange) {
    if (api.token === null) return null;
    return (
      <button type="button" className="quiet" onClick={() => useToken(null)}>
        Forget token
      </button>
    );
  }
  if (!hasAdminToken) {
    return (
      <p className="access" title="The server has no admin token. Start it with --admin-token to make changes here.">
        Read only <span className="wide-only">· the server has no admin token</span>
      </p>
    );
  }
  return (
    <div className="access-group">
      <p className="access">Read only</p>
      <button type="button" onClick={() => setAsking(true)}>
        Enter admin token
      </button>
      {isAsking && <TokenDialog onClose={() => setAsking(false)} />}
    </div>
  );
}
