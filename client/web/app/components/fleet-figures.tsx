import type { ReactElement } from 'react';
import type { ApiFleet } from '../../../../shared/api/publisher-schema.js';
import { formatMbps } from '../../../../shared/units.js';
import { NOTHING, countText } from '../model/texts.js';
import { FigureItem } from './figure-item.js';

/** The fleet as a whole: how many are well, what they send, and what the machine has left for more. */
export function FleetFigures({ fleet }: { readonly fleet: ApiFleet }): ReactElement {
  const { publishers, resources } = fleet;
  const { limits, notice, cpuPercent, memoryPercent } = resources;
  const healthy = publishers.filter(({ health }) => health === 'healthy').length;
  const bitrateBps = publishers.reduce((sum, each) => sum + (each.bitrateBps ?? 0), 0);
  const dropped = publishers.reduce((sum, { connection }) => sum + connection.framesDropped, 0);
  return (
    <section className="figures fleet-figures" aria-label="Fleet">
      {notice !== null && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <dl>
        <FigureItem name="Healthy">
          {healthy}
          <span className="of"> of {publishers.length}</span>
        </FigureItem>
        <FigureItem name="Publishers">
          {publishers.length}
          <span className="of"> of at most {limits.maxStreams}</span>
        </FigureItem>
        <FigureItem name="Sent">{formatMbps(bitrateBps / 1e6)}</FigureItem>
        <FigureItem name="Dropped">{countText(dropped, 'frame')}</FigureItem>
        <Load name="CPU of the machine" percent={cpuPercent} limit={limits.maxCpuPercent} />
        <Load name="Memory of the machine" percent={memoryPercent} limit={limits.maxMemoryPercent} />
      </dl>
    </section>
  );
}

/** A share of the machine as text, and as a bar in which the limit is a line. */
function Load({ name, percent, limit }: LoadProps): ReactElement {
  return (
    <FigureItem name={name}>
      {percent === null ? NOTHING : `${Math.round(percent)} %`}
      <span className="of"> of at most {limit} %</span>
      <span className="load" aria-hidden="true" data-full={percent !== null && percent >= limit}>
        <span className="load-part" style={{ width: `${Math.min(100, percent ?? 0)}%` }} />
        <span className="load-limit" style={{ left: `${Math.min(100, limit)}%` }} />
      </span>
    </FigureItem>
  );
}

interface LoadProps {
  readonly name: string;
  readonly percent: number | null;
  readonly limit: number;
}
