import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { formatOf, nalKind } from '../../server/rtsp/nal-units.js';
import { pictureSize } from '../../server/rtsp/picture-size.js';
import { TS_OUTPUT_OPTIONS } from '../../server/rtsp/ts-output.js';
import { readTs } from '../helpers/ts-stream.js';
import { ffmpegsUnderTest, VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const SIZE = { width: 162, height: 90 };
const PATTERN = `testsrc=size=${SIZE.width}x${SIZE.height}:rate=25:duration=2`;
/** Key pictures each second, pictures that are shown in another order than they come. */
const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p'];
const LIVE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-pix_fmt', 'yuv420p'];
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=25', '-tag:v', 'hvc1'];

/** What ffprobe says of each packet: time stamps and whether it is a key. */
async function packetsOf(path: string) {
  const { ffprobePath } = fixtures.binaries;
  const show = ['-select_streams', 'v:0', '-show_entries', 'packet=pts,dts,flags', '-of', 'json'];
  const { stdout } = await execa(ffprobePath, ['-v', 'error', ...show, path]);
  const { packets } = JSON.parse(stdout) as { packets: { pts: number; dts: number; flags: string }[] };
  return packets.map(({ pts, dts, flags }) => ({ ptsTicks: pts, dtsTicks: dts, isKey: flags.startsWith('K') }));
}

describe.each(await ffmpegsUnderTest())('what $name writes', ({ name, binaries: { ffmpegPath } }) => {
  const make = async (file: string, args: readonly string[]) => {
    const path = fixtures.path(`${name.replaceAll(' ', '-')}-${file}`);
    await execa(ffmpegPath, ['-v', 'error', '-y', ...args, path], { stdin: 'ignore' });
    return path;
  };

  it.each([
    ['of H.264 with reordered pictures', 'h264', X264],
    ['of H.264 as a live encoder makes it', 'h264', LIVE],
    ['of H.265', 'h265', X265],
  ] as const)('from an MP4 %s is read picture by picture', async (_, codec, encoding) => {
    const mp4 = await make('video.mp4', ['-f', 'lavfi', '-i', PATTERN, ...encoding]);
    const ts = await make('video.ts', ['-i', mp4, '-c', 'copy', ...TS_OUTPUT_OPTIONS]);
    const { pictures, errors, beforeEnd, picturesLost } = readTs([await readFile(ts)]);
    expect([errors, picturesLost, pictures.length]).toEqual([[], 0, 50]);
    // All of them say how long they are.
    expect(beforeEnd).toBe(50);
    const times = pictures.map(({ ptsTicks, dtsTicks, isKey }) => ({ ptsTicks, dtsTicks, isKey }));
    expect(times).toEqual(await packetsOf(ts));
    for (const picture of pictures.filter(({ isKey }) => isKey)) {
      const format = formatOf(picture);
      expect(format && pictureSize(format)).toEqual(SIZE);
    }
    expect(pictures.every(({ units }) => units.every((unit) => nalKind(codec, unit) !== 'delimiter'))).toBe(true);
  });

  it('of pictures that are too long to say it is read before the next one comes', async () => {
    const noise = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=0.4', '-vf', 'noise=alls=60:allf=t'];
    const encoding = [...LIVE, '-qp', '4', ...TS_OUTPUT_OPTIONS];
    const bytes = await readFile(await make('long.ts', [...noise, ...encoding]));
    const { pictures, beforeEnd } = readTs([bytes]);
    expect(pictures).toHaveLength(10);
    expect(Math.min(...pictures.map(({ units }) => Math.max(...units.map(({ length }) => length))))).toBeGreaterThan(
      65536,
    );
    // But for one whose last packet happens to be full.
    expect(beforeEnd).toBeGreaterThanOrEqual(9);
  });

  it('can be joined in its middle', async () => {
    const ts = await make('joined.ts', ['-f', 'lavfi', '-i', PATTERN, ...LIVE, ...TS_OUTPUT_OPTIONS]);
    const bytes = await readFile(ts);
    const { pictures, errors } = readTs([bytes.subarray(Math.floor(bytes.length / 4))]);
    expect(errors).toEqual([]);
    expect(pictures).toHaveLength(25);
    expect(formatOf(pictures[0]!)).not.toBeNull();
  });
});
