import { VERSION } from '../../shared/package-info.js';
import type { MetricFamily } from './metric-family.js';
import type { ServerStatistics } from './server-statistics.js';

/** What is told about the server as a whole. */
export function serverMetrics(statistics: ServerStatistics): readonly MetricFamily[] {
  return [
    {
      type: 'gauge',
      name: 'build_info',
      help: 'Version of the server; always 1.',
      labels: ['version'],
      collect: () => [{ labels: { version: VERSION }, value: 1 }],
    },
    {
      type: 'gauge',
      name: 'event_loop_delay_seconds',
      help: 'How late timers were in the last ten to twenty seconds; percentile 100 is the latest.',
      labels: ['percentile'],
      collect: () => {
        const { p50Us, p99Us, maxUs } = statistics.eventLoopDelay();
        return [
          { labels: { percentile: '50' }, value: p50Us / 1e6 },
          { labels: { percentile: '99' }, value: p99Us / 1e6 },
          { labels: { percentile: '100' }, value: maxUs / 1e6 },
        ];
      },
    },
  ];
}
