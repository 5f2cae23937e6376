import type { ReactElement } from 'react';
import type { ApiPublishing } from '../../../../shared/api/publishing-schema.js';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import { publishedText, publishingText } from '../model/publishing.js';
import { FigureItem } from './figure-item.js';

/** How a stream goes out to an RTSP server, inside of a `<dl>`. */
export function PublishingItem({ rtsp, stats }: PublishingItemProps): ReactElement {
  return (
    <FigureItem name="RTSP">
      <div className="publishing" data-publishing={rtsp.state}>
        <span>{publishingText(rtsp)}</span>
        <code>{rtsp.url}</code>
        {/* The counters of the stream itself are only as new as its last change. */}
        <span className="of">{publishedText(stats?.rtsp ?? rtsp)}</span>
        {rtsp.error !== null && <p className="problem">{rtsp.error.message}</p>}
      </div>
    </FigureItem>
  );
}

export interface PublishingItemProps {
  readonly rtsp: ApiPublishing;
  /** Null until the server told them. */
  readonly stats: StreamStatistics | null;
}
