import { toPrintable } from '../../shared/protocol/printable.js';
import { QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';
import type { DeviceSpec } from './live-spec.js';

/** What is asked of a device; null leaves it to the device. */
export interface DeviceWishes {
  /** Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
}

/** FFmpeg asks a Mac for 29.97, which none of its cameras has. */
const MAC_FPS = 30;
/** Room for a second or two of uncompressed pictures; with its 3 MB DirectShow loses some. */
const WINDOWS_BUFFER = '100M';

/**
 * A camera of this machine: `/dev/video0`, `video0` or `0` on Linux (V4L2), an index or a name on a Mac (AVFoundation), a
 * name on Windows (DirectShow).
 *
 * @param platform as `os.platform()` names it
 */
export function deviceInput({ device }: DeviceSpec, wishes: DeviceWishes, platform: NodeJS.Platform): LiveInput {
  const shownInput = toPrintable(device);
  if (platform === 'darwin') return { ...avFoundation(device, wishes), shownInput };
  if (platform === 'win32') return { ...directShow(device), shownInput };
  return { ...video4Linux(device, wishes), shownInput };
}

type Opening = Omit<LiveInput, 'shownInput'>;

/** Motion JPEG is tried first: it goes out as it is, and over USB it is the only way to high rates. */
function video4Linux(device: string, { width, height, fps }: DeviceWishes): Opening {
  const path = device.replace(/^(?:video)?(\d+)$/, '/dev/video$1');
  const size = width !== null && height !== null ? ['-video_size', `${width}x${height}`] : [];
  const rate = fps === null ? [] : ['-framerate', `${fps}`];
  // The driver takes what is nearest to a size and rate it does not have.
  const common = ['-f', 'v4l2', ...size, ...rate, ...QUICK_START];
  return { input: path, inputOptions: ['-input_format', 'mjpeg', ...common], fallbackInputOptions: common };
}

function avFoundation(device: string, { fps }: DeviceWishes): Opening {
  return {
    input: `${device}:none`,
    inputOptions: ['-f', 'avfoundation', '-framerate', `${fps ?? MAC_FPS}`, ...QUICK_START],
  };
}

function directShow(device: string): Opening {
  return { input: `video=${device}`, inputOptions: ['-f', 'dshow', '-rtbufsize', WINDOWS_BUFFER, ...QUICK_START] };
}
