import type { StreamState } from '../../../../shared/protocol/messages.js';

/** What colour and mark a state has; colour is used for nothing else. */
export type Tone = 'good' | 'warning' | 'bad' | 'quiet';

/** A state in words. */
export interface Health {
  readonly label: string;
  readonly tone: Tone;
}

const HEALTH: Readonly<Record<StreamState, Health>> = {
  idle: { label: 'Idle', tone: 'quiet' },
  connecting: { label: 'Connecting', tone: 'quiet' },
  live: { label: 'Live', tone: 'good' },
  degraded: { label: 'Degraded', tone: 'warning' },
  silent: { label: 'Silent', tone: 'bad' },
  frozen: { label: 'Frozen', tone: 'warning' },
  'clock-jump': { label: 'Clock jumped', tone: 'warning' },
  offline: { label: 'Offline', tone: 'bad' },
  ended: { label: 'Ended', tone: 'quiet' },
};

/** While the server does not say. */
export const UNKNOWN_HEALTH: Health = { label: 'Unknown', tone: 'quiet' };

/** How a stream's state is shown; a state of a later version by its own name. */
export function healthOf(state: StreamState): Health {
  return HEALTH[state] ?? { label: state, tone: 'quiet' };
}
