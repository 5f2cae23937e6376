import type { ReactElement } from 'react';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { StreamViewer } from '../../react/stream-viewer.js';
import { useSession } from '../hooks/use-session.js';
import { formatRoute } from '../model/router.js';
import { rateText } from '../model/texts.js';
import { FigureItem } from './figure-item.js';
import { HealthBadge } from './health-badge.js';
import { MeasuredTime } from './measured-time.js';

/** Enough to see that something moves; a wall of full rates would cost a screen of them. */
const WALL_FPS = 10;

/** One stream of the wall: its picture, and how it is doing. All of it leads to the stream's page. */
export function StreamTile({ stream, stats }: StreamTileProps): ReactElement {
  const { api } = useSession();
  const latency = stats?.latency ?? null;
  return (
    <article className="tile">
      <StreamViewer
        className="tile-picture"
        serverUrl={api.base}
        streamId={stream.name}
        token={api.token ?? undefined}
        maxFps={WALL_FPS}
        clientName="web interface"
      />
      <div className="tile-head">
        <h2>
          <a href={formatRoute({ page: 'stream', name: stream.name, dialog: null })}>{stream.name}</a>
        </h2>
        {stream.isRecording && <span className="recording-mark">Rec</span>}
        <HealthBadge stream={stream} />
      </div>
      <dl className="tile-figures">
        <FigureItem name="fps">{rateText(stats?.fps ?? null)}</FigureItem>
        <FigureItem name="p50">
          <MeasuredTime us={latency?.p50Us ?? null} errorUs={latency?.errorUs ?? null} />
        </FigureItem>
        <FigureItem name="p99">
          <MeasuredTime us={latency?.p99Us ?? null} errorUs={latency?.errorUs ?? null} />
        </FigureItem>
        <FigureItem name="viewers">{stats?.clients ?? stream.viewers}</FigureItem>
      </dl>
    </article>
  );
}

export interface StreamTileProps {
  readonly stream: ApiStream;
  /** Null until the server told them. */
  readonly stats: StreamStatistics | null;
}
