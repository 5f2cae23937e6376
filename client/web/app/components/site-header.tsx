import { type ReactElement, useState } from 'react';
import { useSession } from '../hooks/use-session.js';
import type { LiveView } from '../model/live-store.js';
import { countText, sinceText } from '../model/texts.js';
import { BrandMark } from './brand-mark.js';
import { TokenDialog } from './token-dialog.js';

/** The head of every page: the name, how the server is, and what one may do. */
export function SiteHeader({ view }: { readonly view: LiveView }): ReactElement {
  const { server } = view;
  return (
    <header className="site-header">
      <a className="brand" href="#/">
        <BrandMark />
        frame-streamer
      </a>
      {server !== null && (
        <p className="server-summary">
          <span>{countText(view.streams.length, 'stream')}</span>
          <span>{countText(view.clients.length, 'client')}</span>
          <span className="wide-only">up {sinceText(server.startedAtUs, server.nowUs)}</span>
          <span className="wide-only">{server.version}</span>
        </p>
      )}
      {server !== null && <Access hasAdminToken={server.hasAdminToken} />}
    </header>
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
