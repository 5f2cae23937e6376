import type { ReactElement } from 'react';
import { TokenForm } from '../components/token-form.js';
import { useSession } from '../hooks/use-session.js';
import type { ApiError } from '../model/api-client.js';

/** What is shown instead of every page while the server wants a token. */
export function TokenPage({ problem }: { readonly problem: ApiError }): ReactElement {
  const { api } = useSession();
  // Who has not tried a token yet has made no mistake.
  const isFirst = api.token === null && problem.status === 401;
  return (
    <section className="token-page" aria-labelledby="token-title">
      <h1 id="token-title">This server asks for a token</h1>
      <p>
        It is what the server was started with: <code>--token</code> to look, <code>--admin-token</code> to make changes
        too.
      </p>
      <TokenForm verb="Continue" needsAdmin={false} problem={isFirst ? null : problem} />
    </section>
  );
}
