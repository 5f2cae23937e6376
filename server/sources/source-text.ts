import type { RtspSpec } from './live-spec.js';
import type { SourceSpec } from './source-spec.js';

/**
 * The source as it is written on the command line, without the name before it: `parseSourceSpec` of it gives the same
 * source again. Passwords are in it; what is shown goes through `redactUrl`.
 */
export function sourceText(spec: SourceSpec): string {
  switch (spec.kind) {
    case 'file':
      return isMistakable(spec.path) ? `file:${spec.path}` : spec.path;
    case 'pattern':
      return `test:${spec.pattern}?size=${spec.width}x${spec.height}&fps=${spec.fps}`;
    case 'rtsp':
      return rtspText(spec);
    case 'http':
    case 'network':
      return spec.url;
    case 'device':
      return `device:${spec.device}`;
    case 'stdin':
      return '-';
  }
}

/** TCP is what is taken without asking. */
function rtspText({ url, transport }: RtspSpec): string {
  return transport === 'tcp' ? url : `${url}${url.includes('?') ? '&' : '?'}transport=${transport}`;
}

/** Whether a path would be read as something else, or its begin as a name. */
function isMistakable(path: string): boolean {
  return path === '-' || /^(test:|device:|file:|[a-z][a-z0-9+.-]*:\/\/|[A-Za-z0-9_.-]{1,64}=)/i.test(path);
}
