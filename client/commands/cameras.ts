import { SystemClock } from '../../shared/clock.js';
import type { Subcommand } from '../../shared/command-line.js';
import { resolveCamerasConfig } from '../cameras/cameras-config.js';
import { CAMERAS_OPTIONS } from '../cameras/cameras-options.js';
import { runCameras } from '../cameras/run-cameras.js';
import type { RunCommand } from './run-command.js';

const NOTES = `
The list:
  --api-url answers with JSON: an array, or an object with one in it. Further
  pages are found by a Link header, a field next, or --page-param. Headers and
  tokens go to the origin of --api-url and nowhere else.
  --file is JSON, CSV with a header line, or one [name=]URL a line.

Cameras:
  http:// (MJPEG), rtsp://, streamer:// and ws://; each gets one session.

Examples:
  streamer-client cameras --api-url https://vms.example/api/cameras \\
    --filter status=1 --url-field fr_url --header 'X-Api-Key: abc'
  streamer-client cameras --file cameras.csv --max-streams 200 --ramp 20
  streamer-client cameras --file urls.txt --duration 60 --report cameras.html

Exit codes:
  0  done; after Ctrl+C too, whatever came until then
  1  no camera delivered a frame, or the list could not be had
  2  wrong usage; nothing was started
  3  invalid: this machine, and not the cameras, made the figures
`;

/** `streamer-client cameras`. */
export const CAMERAS_COMMAND: Subcommand<RunCommand> = {
  name: 'cameras',
  description: 'Open the cameras of a list, count every frame, and say which are in trouble and why.',
  options: CAMERAS_OPTIONS,
  notes: NOTES,
  parse: (flags, env) => {
    const config = resolveCamerasConfig(flags, env, new Date(new SystemClock().wallUs() / 1000));
    return { kind: 'run', name: 'cameras', output: config.output, run: (parts) => runCameras(config, parts) };
  },
};
