import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSocketPair } from '../../../../shared/ffmpeg/socket-pair.js';
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

/** Other processes make sockets at the same time; these names are ours. */
const NAME = `socket-pair-test-${randomUUID()}`;

/** Names of our sockets that are no files. */
function socketNames(): string[] {
  return readFileSync('/proc/net/unix', 'utf8').includes(`@${NAME}`) ? [NAME] : [];
}

/** Temporary files of this test go to a folder of its own. */
const folder = mkdtempSync(join(tmpdir(), 'socket-pair-'));
const { TMPDIR } = process.env;
process.env.TMPDIR = folder;
afterAll(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true });
});

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
    const { reader, writer } = await openSocketPair(collect().onread, platform, NAME);
    expect(readdirSync(folder)).toEqual([]);
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
    const pair = openSocketPair(onread, 'linux', NAME);
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
