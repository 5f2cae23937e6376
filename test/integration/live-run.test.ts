import { chmod } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { childrenNamed } from '../helpers/child-processes.js';
import { liveSource, runOfTest } from '../helpers/live-source-of-test.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const INPUT = { input: 'x', inputOptions: [], shownInput: 'the camera' };
const H264 = 'h264 (High), yuv420p, 320x240, 25 fps';
const MJPEG = 'mjpeg (Baseline), yuvj420p, 320x240, 25 fps';
const PICTURES = 'P6\\n2 1\\n255\\n123456';

const logs = (video: string) => `cat >&2 <<END
Input #0, rtsp, from 'x':
  Stream #0:0: Video: ${video}
Stream mapping:
  Stream #0:0 -> #0:0 (copy)
END`;
const size = (width: number) => `echo '[graph 0 input from stream 0:0 @ 0x1] w:${width} h:240 pixfmt:yuv420p' >&2`;
const part = (body: string) =>
  `printf -- '--ffmpeg\\r\\nContent-type: image/jpeg\\r\\nContent-length: ${body.length}\\r\\n\\r\\n${body}\\r\\n'`;
const WAIT = 'while :; do sleep 0.1; done';

/** What stands in for FFmpeg: a script whose `copies` runs where JPEGs are wanted, and whose `decodes` elsewhere. */
async function standIn(name: string, { decodes = '', copies = '' }): Promise<{ ffmpegPath: string }> {
  const text = `#!/bin/sh\ntrap 'exit 0' TERM\ncase "$*" in *mpjpeg*)\n${copies}\n;; *)\n${decodes}\n;; esac\n`;
  const ffmpegPath = await fixtures.write(name, text);
  await chmod(ffmpegPath, 0o755);
  return { ffmpegPath };
}

describe('a live source', () => {
  it('has failed when it changes its size again and again', async () => {
    const decodes = [logs(H264), size(320), `printf '${PICTURES}'`, size(640), WAIT].join('\n');
    const log = runOfTest(await liveSource(INPUT, await standIn('restless', { decodes })));
    const error = await log.untilError();
    expect(error).toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('again and again') as string,
    });
    expect(await childrenNamed('restless')).toEqual([]);
  });

  it('stays as it is when it says its size twice', async () => {
    const decodes = [logs(H264), size(320), size(320), `printf '${PICTURES}'; sleep 0.1; printf '${PICTURES}'`, WAIT];
    const log = runOfTest(await liveSource(INPUT, await standIn('constant', { decodes: decodes.join('\n') })));
    await log.untilFrames(2);
    expect(log.order).toEqual(['info', 'frame', 'frame']);
  });

  it('has its JPEGs decoded when they are broken, all of them and for good', async () => {
    const broken = Array.from({ length: 30 }, () => part('no picture')).join('\n');
    const options = await standIn('broken', {
      decodes: [logs(MJPEG), `printf '${PICTURES}'`, WAIT].join('\n'),
      copies: [logs(MJPEG), broken, WAIT].join('\n'),
    });
    const source = await liveSource(INPUT, options);
    const log = runOfTest(source);
    await log.until(() => log.infos.at(-1)?.encoding.mode === 'encoded' || log.isOver);
    expect(log.warnings).toMatchObject([{ code: 'BAD_JPEG' }]);
    expect(log.errors).toEqual([]);
    expect(source.info.encoding).toEqual({ mode: 'encoded', reason: 'the JPEGs of the source are broken' });
    await log.stop();

    const again = runOfTest(source);
    await again.untilFrames(1);
    expect(again.frames[0]).toMatchObject({ kind: 'raw', width: 2, height: 1 });
    expect(again.warnings).toEqual([]);
  });

  it('fails, and ends FFmpeg, when what comes are no pictures', async () => {
    const decodes = [logs(H264), `printf 'something else that is long enough'`, WAIT].join('\n');
    const log = runOfTest(await liveSource(INPUT, await standIn('talkative', { decodes })));
    expect(await log.untilError()).toMatchObject({ code: 'FFMPEG_FAILED' });
    expect(await childrenNamed('talkative')).toEqual([]);
  });

  it('delivers what came before its end, and a part that was cut off not', async () => {
    const decodes = [logs(H264), `printf '${PICTURES}${PICTURES}P6\\n2 1\\n255\\n12'`].join('\n');
    const log = runOfTest(await liveSource(INPUT, await standIn('short', { decodes })));
    expect(await log.untilError()).toMatchObject({
      code: 'SOURCE_FAILED',
      message: 'the camera has ended; check whether it still sends.',
    });
    expect(log.order).toEqual(['info', 'frame', 'frame', 'error']);
    expect(log.frames[0]?.data.toString()).toBe('123456');
  });

  it('goes back to the first way of opening it when the second one fails, too', async () => {
    const decodes = 'echo "$*" >&2; exit 1';
    const input = { ...INPUT, inputOptions: ['-first', '1'], fallbackInputOptions: ['-second', '1'] };
    const source = await liveSource(input, await standIn('closed', { decodes }));
    for (let round = 0; round < 2; round += 1) {
      const error = await runOfTest(source).untilError();
      expect(error.code).toBe('SOURCE_FAILED');
      expect(String(error.cause)).toContain('-second');
    }
  });

  it('is told when there is no FFmpeg', async () => {
    const log = runOfTest(await liveSource(INPUT, { ffmpegPath: '/nowhere/ffmpeg' }));
    expect((await log.untilError()).message).toContain('ENOENT');
  });
});
