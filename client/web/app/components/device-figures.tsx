import type { ReactElement } from 'react';
import type { BenchFigures } from '../../../../shared/bench/bench-measurement.js';
import { FigureItem } from './figure-item.js';
import { MeasuredTime } from './measured-time.js';

/** What this device measured itself. */
export function DeviceFigures({ figures }: { readonly figures: BenchFigures }): ReactElement {
  const { received, lost, skipped, latencyP50Us, latencyP99Us, errorUs, reconnects } = figures;
  return (
    <>
      <dl className="headline-figures device-latency">
        <FigureItem name="Latency, p50">
          <MeasuredTime us={latencyP50Us} errorUs={errorUs} />
        </FigureItem>
        <FigureItem name="p99">
          <MeasuredTime us={latencyP99Us} errorUs={errorUs} />
        </FigureItem>
      </dl>
      <dl className="small-figures">
        <FigureItem name="Frames">{received.toLocaleString('en')}</FigureItem>
        <FigureItem name="Lost">{lost.toLocaleString('en')}</FigureItem>
        <FigureItem name="Skipped">{skipped.toLocaleString('en')}</FigureItem>
        <FigureItem name="Reconnects">{reconnects}</FigureItem>
      </dl>
    </>
  );
}
