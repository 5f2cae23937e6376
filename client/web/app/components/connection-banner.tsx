import { type ReactElement, useEffect, useState } from 'react';
import { timeOfDay } from '../../react/time-text.js';
import type { EventsStatus } from '../model/events-connection.js';

/** Says that what the page shows is not of now, and since when; nothing while it is. */
export function ConnectionBanner({ status }: { readonly status: EventsStatus }): ReactElement {
  const [lostAtMs, setLostAtMs] = useState<number | null>(null);
  const isLost = status.kind === 'reconnecting';
  useEffect(() => setLostAtMs(isLost ? Date.now() : null), [isLost]);
  return (
    <div role="status">
      {isLost && (
        <p className="banner">
          {status.problem.message} Trying again…
          {lostAtMs !== null && ` What is shown is of ${timeOfDay(lostAtMs)}.`}
        </p>
      )}
    </div>
  );
}
