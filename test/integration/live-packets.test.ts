import { chmod } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { childrenNamed } from '../helpers/child-processes.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { liveSource, rtspSource, runOfTest } from '../helpers/live-source-of-test.js';
import { ofTest } from '../helpers/of-test.js';
import { publish } from '../helpers/publish.js';
import { h264, MJPEG } from '../helpers/stream-sender.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

const fixtures = await VideoFixtures.create();
afterAll(() => fixtures.remove());

const WANTED = { wantsPackets: true };

describe.skipIf(!requireGortsplibServer())('a camera whose own video is wanted, too', () => {
  it('gives it beside the frames, by one connection and one FFmpeg', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: h264(), size: '320x240', fps: 25 }));
    const source = await rtspSource(server.url('cam'), WANTED);
    expect(source.info.offersPackets).toBeUndefined();
    const log = runOfTest(source);
    await log.untilFrames(10);
    await log.until(() => (log.packets[0] ?? 0) > 20_000);
    expect(log.infos).toMatchObject([{ width: 320, height: 240, codec: 'h264', offersPackets: true }]);
    expect(log.packets).toHaveLength(1);
    expect(server.readers('cam').total).toBe(1);
    await log.stop();
    // The one that publishes.
    expect(await childrenNamed('ffmpeg')).toHaveLength(1);
  });

  it('gives none where that is Motion JPEG, whose JPEGs go out as they are', async () => {
    const server = await ofTest(startGortsplibServer());
    await ofTest(publish(server, 'cam', { codec: MJPEG, size: '320x240', fps: 25 }));
    const log = runOfTest(await rtspSource(server.url('cam'), WANTED));
    await log.until(() => log.frames.some(({ kind }) => kind === 'jpeg'));
    expect(log.infos.at(-1)).toMatchObject({ codec: 'mjpeg', offersPackets: false });
    const before = log.packets.length;
    await log.untilFrames(log.frames.length + 5);
    expect(log.packets).toHaveLength(before);
  });
});

/** Stands in for an FFmpeg that ends when it is to write the video itself, and else gives a picture. */
const SCRIPT = `#!/bin/sh
trap 'exit 0' TERM
cat >&2 <<END
Input #0, rtsp, from 'x':
  Stream #0:0: Video: h264 (High), yuv420p, 320x240, 25 fps
Stream mapping:
  Stream #0:0 -> #0:0 (copy)
END
case "$*" in *pipe:3*) exit 1;; esac
printf 'P6\\n2 1\\n255\\n123456'
while :; do sleep 0.1; done
`;

describe('a source whose own video is wanted, too', () => {
  it('gives its frames all the same where FFmpeg cannot write that, and is not asked for it again', async () => {
    const ffmpegPath = await fixtures.write('refusing', SCRIPT);
    await chmod(ffmpegPath, 0o755);
    const input = { input: 'x', inputOptions: [], shownInput: 'the camera' };
    const source = await liveSource(input, { ...WANTED, ffmpegPath });
    const log = runOfTest(source);
    await log.untilFrames(1);
    expect(log.infos).toMatchObject([{ codec: 'h264', offersPackets: false }]);
    await log.stop();
    const again = runOfTest(source);
    await again.untilFrames(1);
    expect([log.packets, log.errors, again.errors]).toEqual([[], [], []]);
  });
});
