import type { ReactElement } from 'react';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { useSession } from '../hooks/use-session.js';
import { UNKNOWN_HEALTH, healthOf } from '../model/health.js';

/** The state of a stream in a word, with a dot in its colour; while the server is away nobody knows it. */
export function HealthBadge({ stream }: { readonly stream: ApiStream }): ReactElement {
  const { isConnected } = useSession();
  const { label, tone } = isConnected ? healthOf(stream.state) : UNKNOWN_HEALTH;
  return (
    <span className="badge" data-tone={tone} title={stream.reason?.message}>
      {label}
    </span>
  );
}
