import type { ReactElement } from 'react';
import { timeOfDay } from '../../react/time-text.js';
import type { LiveView } from '../model/live-store.js';

/** Says that what the page shows is not of now, and of when it is; nothing while it is of now. */
export function ConnectionBanner({ status, heardAtMs }: Pick<LiveView, 'status' | 'heardAtMs'>): ReactElement {
  return (
    <div role="status">
      {status.kind === 'reconnecting' && (
        <p className="banner">
          {status.problem.message} Trying again…
          {heardAtMs !== null && ` What is shown is of ${timeOfDay(heardAtMs)}.`}
        </p>
      )}
    </div>
  );
}
