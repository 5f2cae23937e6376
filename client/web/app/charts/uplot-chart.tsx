import { type ReactElement, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** What a chart is, without its size; another object makes another chart. */
export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>;

export interface UplotChartProps {
  readonly options: ChartOptions;
  readonly data: uPlot.AlignedData;
  readonly heightPx: number;
  /** What the chart shows, in a sentence. */
  readonly label: string;
}

/** A chart as wide as its place. The only file that knows the library that draws it. */
export function UplotChart({ options, data, heightPx, label }: UplotChartProps): ReactElement {
  const placeRef = useRef<HTMLDivElement>(null);
  const chartRef = useRef<uPlot | null>(null);
  const dataRef = useRef(data);

  useEffect(() => {
    dataRef.current = data;
    chartRef.current?.setData(data);
  }, [data]);

  useEffect(() => {
    const place = placeRef.current;
    if (place === null) return;
    const size = (): { width: number; height: number } => ({ width: place.clientWidth, height: heightPx });
    const chart = new uPlot({ ...options, ...size() }, dataRef.current, place);
    chartRef.current = chart;
    const observer = new ResizeObserver(() => chart.setSize(size()));
    observer.observe(place);
    return () => {
      observer.disconnect();
      chart.destroy();
      chartRef.current = null;
    };
  }, [options, heightPx]);

  return <div ref={placeRef} className="chart" role="img" aria-label={label} style={{ height: heightPx }} />;
}

/** Draws bars from edge to edge. */
export function barsPath(): uPlot.Series.PathBuilder | undefined {
  return uPlot.paths.bars?.({ size: [1, Infinity], align: 1, gap: 1 });
}
