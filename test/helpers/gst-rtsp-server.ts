import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requirePart } from './real-parts.js';
import { type Credentials, RtspServer } from './rtsp-server.js';
import { ToolProcess } from './tool-process.js';

/** What can be chosen about a server; everything may be left out. */
export interface GstRtspOptions {
  /** To come back where another server was; a free one is the default. */
  readonly port?: number;
  readonly size?: string;
  readonly fps?: number;
  /** Frames from one key frame to the next, of the path `h264`. */
  readonly gop?: number;
  readonly credentials?: Credentials;
}

const PROGRAM = fileURLToPath(new URL('../tools/gst_rtsp_server.py', import.meta.url));
/** Debian's own Python, because that is the one its bindings are installed for. */
const PYTHON = '/usr/bin/python3';
const NEEDED = [
  'import gi',
  'gi.require_version("GstRtspServer", "1.0")',
  'from gi.repository import Gst, GstRtspServer',
  'Gst.init(None)',
  'assert all(map(Gst.ElementFactory.find, ["openh264enc", "openh264dec", "h264parse", "rtph264pay", "jpegenc", "rtpjpegpay"]))',
].join('\n');
const PACKAGES = 'python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad';

/** Whether tests may use `startGstRtspServer`. */
export function requireGstRtspServer(): boolean {
  const isThere = spawnSync(PYTHON, ['-c', NEEDED]).status === 0;
  return requirePart("GStreamer's RTSP server", isThere, `apt-get install ${PACKAGES}`);
}

/**
 * Starts GStreamer's RTSP server: a camera that draws its own picture, at the paths `h264` and `jpeg`, over TCP and UDP.
 * At the path `record` it decodes what is published to it.
 *
 * @throws {Error} with the server's own words when it does not start.
 */
export async function startGstRtspServer(options: GstRtspOptions = {}): Promise<GstRtspServer> {
  const tool = await ToolProcess.start(PYTHON, ['-B', PROGRAM, ...argumentsFor(options)]);
  return new GstRtspServer(tool, 'rtsp', options.credentials);
}

/** An `RtspServer` whose picture can change, and which takes H.264 at the path `record`. */
export class GstRtspServer extends RtspServer {
  /** Resolves when that many pictures of the last publisher were decoded. */
  async recorded(count: number): Promise<void> {
    await this.tool.said(({ event, count: decoded }) => event === 'recorded' && Number(decoded) >= count);
  }

  /** Changes the size of the picture of a path that somebody plays, such as to `160x120`. */
  resize(path: string, size: string): void {
    this.tool.order(`size ${path} ${size}`);
  }
}

function argumentsFor({ port, size, fps, gop, credentials }: GstRtspOptions) {
  return [
    ...(port === undefined ? [] : ['--port', `${port}`]),
    ...(size === undefined ? [] : ['--size', size]),
    ...(fps === undefined ? [] : ['--fps', `${fps}`]),
    ...(gop === undefined ? [] : ['--gop', `${gop}`]),
    ...(credentials
      ? [`--user=${credentials.user}`, `--password=${credentials.password}`, '--auth', credentials.scheme]
      : []),
  ];
}
