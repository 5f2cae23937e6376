import type * as SocketPairs from '../../shared/ffmpeg/socket-pair.js';

/** The ways a child's output can be read, and the system that takes each; undefined is the one we are on. */
export const OUTPUT_WAYS: readonly [string, NodeJS.Platform | undefined][] = [
  ['as this system likes', undefined],
  ['a socket in a folder', 'darwin'],
  ['a pipe', 'win32'],
];

let chosen: NodeJS.Platform | undefined;

/** Has the children that are started from now on read as on another system; see `chosenWay`. */
export function chooseOutputWay(platform: NodeJS.Platform | undefined): void {
  chosen = platform;
}

/** What takes the place of `socket-pair.js` (with `vi.mock`) so that a test can choose. */
export function chosenWay({ openSocketPair }: typeof SocketPairs): typeof SocketPairs {
  return { openSocketPair: (onread, platform) => openSocketPair(onread, chosen ?? platform) };
}
