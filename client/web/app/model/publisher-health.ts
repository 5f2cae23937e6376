import type { PublisherHealth } from '../../../../shared/api/publisher-schema.js';
import type { Health } from './health.js';

const HEALTH: Readonly<Record<PublisherHealth, Health>> = {
  healthy: { label: 'Healthy', tone: 'good' },
  degraded: { label: 'Degraded', tone: 'warning' },
  connecting: { label: 'Connecting', tone: 'quiet' },
  waiting: { label: 'Waiting', tone: 'bad' },
  stopped: { label: 'Stopped', tone: 'quiet' },
};

/** How a publisher's health is shown; one of a later version by its own name. */
export function publisherHealthOf(health: PublisherHealth): Health {
  return HEALTH[health] ?? { label: health, tone: 'quiet' };
}
