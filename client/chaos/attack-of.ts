import type { LoadTarget } from '../load/crowd.js';
import { tcpPath } from '../probe/session-path.js';
import type { AttackedProtocol } from './attacked-protocol.js';
import { httpAttack } from './http-attack.js';
import { tcpAttack } from './tcp-attack.js';
import { webSocketAttack } from './websocket-attack.js';

/** How `target` is attacked; the address was checked before. */
export function attackOf({ kind, url }: Pick<LoadTarget, 'kind' | 'url'>, token: string | null): AttackedProtocol {
  switch (kind) {
    case 'streamer':
      return tcpAttack(tcpPath(url, token));
    case 'websocket':
      return webSocketAttack(url, new URL(url).searchParams.has('token') ? null : token);
    case 'mjpeg':
    case 'rtsp':
    case 'ffmpeg':
      return httpAttack(url, new URL(url).searchParams.has('token') ? null : token);
  }
}
