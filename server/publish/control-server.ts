import { StreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FleetControl } from './fleet-status.js';
import type { PublishConfig } from './publish-config.js';

/** The web page and the API of a fleet, as they run. */
export interface ControlServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves the web page and the API of a fleet.
 *
 * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
 */
export function startControlServer(
  _fleet: FleetControl,
  _options: NonNullable<PublishConfig['control']>,
  _parts: { readonly logger: Logger },
): Promise<ControlServer> {
  return Promise.reject(new StreamerError('BAD_USAGE', '--http-port is not possible with publish yet.'));
}
