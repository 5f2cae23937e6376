import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openSocketPair } from '../../../../server/ffmpeg/socket-pair.js';
import { until } from '../../../helpers/until.js';

const ON_LINUX = process.platform === 'linux';
/** The way of Linux only works there, that of macOS works on Linux as well. */
const PLATFORMS: NodeJS.Platform[] = ON_LINUX ? ['linux', 'darwin'] : [process.platform];

/** Where reads go, eight bytes at a time. */
function collect() {
  const target = Buffer.alloc(8);
  const reads: string[] = [];
  const onread = {
    buffer: () => target,
    callback: (lengthBytes: number) => {
      reads.push(target.toString('latin1', 0, lengthBytes));
      return reads.length % 2 === 1;
    },
  };
  return { reads, onread };
}

function socketFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('frame-streamer-'));
}

/** Names of our sockets that are no files. */
function socketNames(): string[] {
  const sockets = readFileSync('/proc/net/unix', 'utf8');
  return [...sockets.matchAll(/@(frame-streamer-[0-9a-f]{32})/g)].map((match) => match[1]!);
}

describe.skipIf(process.platform === 'win32')('openSocketPair', () => {
  it.each(PLATFORMS)('makes two ends that read what was written, as on %s', async (platform) => {
    const { reads, onread } = collect();
    const { reader, writer } = await openSocketPair(onread, platform);
    writer.end('0123456789abcdefghij');
    await until(() => reads.length === 2);
    expect(reads).toEqual(['01234567', '89abcdef']);
    reader.resume();
    await until(() => reader.destroyed);
    expect(reads).toEqual(['01234567', '89abcdef', 'ghij']);
  });

  it.each(PLATFORMS)('leaves nothing behind, as on %s', async (platform) => {
    const before = socketFolders();
    const { reader, writer } = await openSocketPair(collect().onread, platform);
    expect(socketFolders()).toEqual(before);
    reader.destroy();
    writer.destroy();
    await until(() => reader.closed && writer.closed);
    if (ON_LINUX) expect(socketNames()).toEqual([]);
  });

  it('makes none on Windows', async () => {
    await expect(openSocketPair(collect().onread, 'win32')).rejects.toThrow('Windows');
  });

  it.runIf(ON_LINUX)('makes none with a stranger who connects first, and tells the stranger nothing', async () => {
    const { reads, onread } = collect();
    const pair = openSocketPair(onread, 'linux');
    pair.catch(() => undefined);
    let name: string | undefined;
    // Nothing but promises gets its turn meanwhile, so our own connection comes later.
    for (; name === undefined; await Promise.resolve()) name = socketNames()[0];
    const stranger = connect({ path: `\0${name}` });
    let told = '';
    stranger.on('data', (data) => (told += data.toString('latin1')));
    await expect(pair).rejects.toThrow();
    await until(() => stranger.closed);
    expect(told.length).toBeLessThanOrEqual(1);
    expect(reads).toEqual([]);
    expect(socketNames()).toEqual([]);
  });
});
