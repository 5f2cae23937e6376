import type { ReactElement } from 'react';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { healthOf } from '../model/health.js';

/** The state of a stream in a word, with a dot in its colour. */
export function HealthBadge({ stream }: { readonly stream: ApiStream }): ReactElement {
  const { label, tone } = healthOf(stream.state);
  return (
    <span className="badge" data-tone={tone} title={stream.reason?.message}>
      {label}
    </span>
  );
}
