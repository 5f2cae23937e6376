import type { ReactElement } from 'react';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import type { ApiStream } from '../../../../shared/api/stream-schema.js';
import { formatBytes, formatDurationUs, formatSize } from '../../../../shared/units.js';
import type { BrowserStats } from '../../browser/frame-stream.js';
import { describeStats } from '../../react/viewer-overlay.js';
import { NOTHING, bandwidthText, countText, rateText } from '../model/texts.js';
import { FigureItem } from './figure-item.js';
import { MeasuredTime } from './measured-time.js';

/** From when on the latency of a frame counts, which is what its time source says. */
const SINCE = {
  schedule: 'since each frame was due',
  arrival: 'since its arrival at the server',
  source: 'since the camera captured it',
} as const;

/** The figures of one stream: latency first and large, then the rest. */
export function StreamFigures({ stream, stats, ownStats }: StreamFiguresProps): ReactElement {
  const latency = stats?.latency ?? null;
  return (
    <section className="figures" aria-label="Figures">
      <dl className="headline-figures">
        <FigureItem name="Latency, p50">
          <MeasuredTime us={latency?.p50Us ?? null} errorUs={latency?.errorUs ?? null} />
        </FigureItem>
        <FigureItem name="p99">
          <MeasuredTime us={latency?.p99Us ?? null} errorUs={latency?.errorUs ?? null} />
        </FigureItem>
      </dl>
      <p className="figures-note">
        {latency === null
          ? 'No client measured latency in the last ten seconds.'
          : `Of the last ten seconds, at ${countText(latency.clients, 'client')}, ${SINCE[stream.timeSource]}.`}
      </p>
      <dl className="small-figures">
        <FigureItem name="Frames a second">
          {rateText(stats?.fps ?? null)}
          {stream.fps > 0 && <span className="of"> of {Number(stream.fps.toFixed(2))}</span>}
        </FigureItem>
        <FigureItem name="Data rate">{bandwidthText(stats?.bytesPerSecond ?? null)}</FigureItem>
        <FigureItem name="Picture">{formatSize(stream)?.replace('x', ' × ') ?? NOTHING}</FigureItem>
        <FigureItem name="Frame age">
          {stats?.frameAgeUs == null ? NOTHING : formatDurationUs(stats.frameAgeUs)}
        </FigureItem>
        <FigureItem name="Frames">{stats?.frames.toLocaleString('en') ?? NOTHING}</FigureItem>
        <FigureItem name="Data">{stats === null ? NOTHING : formatBytes(stats.bytes)}</FigureItem>
        <FigureItem name="Dropped">{stats?.droppedFrames.toLocaleString('en') ?? NOTHING}</FigureItem>
        <FigureItem name="Restarts">{stats?.restarts ?? NOTHING}</FigureItem>
      </dl>
      <p className="figures-note">This page: {ownStats === null ? 'no frames at present' : describeStats(ownStats)}</p>
    </section>
  );
}

export interface StreamFiguresProps {
  readonly stream: ApiStream;
  readonly stats: StreamStatistics | null;
  /** What this page measures itself; null while it does not. */
  readonly ownStats: BrowserStats | null;
}
