import type { ReactElement } from 'react';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { useSession } from '../hooks/use-session.js';
import { formatRoute } from '../model/router.js';
import { HealthBadge } from './health-badge.js';
import { SnapshotButton } from './snapshot-button.js';

/** Name and state of a stream, and what can be done with it. */
export function StreamHead({ stream }: { readonly stream: ApiStream }): ReactElement {
  const { canChange } = useSession();
  const { name, reason } = stream;
  return (
    <div className="page-head">
      <div>
        <nav aria-label="Breadcrumb">
          <a href="#/">All streams</a>
        </nav>
        <div className="title-line">
          <h1>{name}</h1>
          <HealthBadge stream={stream} />
        </div>
        {reason !== null && <p className="reason">{reason.message}</p>}
      </div>
      <div className="buttons">
        <SnapshotButton stream={name} />
        {canChange && (
          <>
            <a className="button" href={formatRoute({ page: 'stream', name, dialog: 'edit' })}>
              Edit
            </a>
            <a className="button danger" href={formatRoute({ page: 'stream', name, dialog: 'remove' })}>
              Remove
            </a>
          </>
        )}
      </div>
    </div>
  );
}
