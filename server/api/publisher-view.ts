import type { ApiFleet, ApiPublisher } from '../../shared/api/publisher-schema.js';
import { redactUsers } from '../../shared/redact.js';
import type { FleetControl, FleetMember } from '../publish/fleet-status.js';

/** A fleet, as everybody may see it. */
export function fleetView(fleet: FleetControl): ApiFleet {
  return {
    publishers: fleet.list().map(publisherView),
    resources: fleet.resources(),
    videos: [...fleet.videos],
  };
}

/** One publisher of it: without who logs in at the server. */
export function publisherView({ connection, server, ...member }: FleetMember): ApiPublisher {
  const { name, video, codec, width, height, nominalFps, fps, bitrateBps, loops, health } = member;
  const { state, url, error, framesSent, framesDropped, bytesSent, reconnects, sinceUs } = connection;
  return {
    ...{ name, video, codec, width, height, nominalFps, fps, bitrateBps, loops, health },
    connection: {
      ...{ state, url: redactUsers(url), framesSent, framesDropped, bytesSent, reconnects, sinceUs },
      error: error && { code: error.code, message: redactUsers(error.message) },
    },
    server,
  };
}
