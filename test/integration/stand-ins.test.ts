import { describe, expect, it, onTestFinished } from 'vitest';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { freeUdpPort } from '../helpers/free-port.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { publish } from '../helpers/publish.js';
import type { Credentials } from '../helpers/rtsp-server.js';
import { type CommandResult, runCommand } from '../helpers/run-command.js';
import { h264, MJPEG, requireProtocol, StreamSender } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';

/** Without a colon, which gortsplib takes in no password. */
const ME = { user: 'me', password: 'p w/@' };
const STRANGER = { user: 'me', password: 'guess' };
const RTSP_SCHEMES: readonly Credentials['scheme'][] = ['basic', 'digest'];

describe.skipIf(!requireGortsplibServer())('the RTSP server built on gortsplib', () => {
  it.each([
    { codec: 'h264', options: h264(), transport: 'tcp' },
    { codec: 'h264', options: h264(), transport: 'udp' },
    { codec: 'mjpeg', options: MJPEG, transport: 'tcp' },
    { codec: 'mjpeg', options: MJPEG, transport: 'udp' },
  ])('hands on $codec by $transport', async ({ codec, options, transport }) => {
    const server = await ofTest(startGortsplibServer({ udp: true }));
    await ofTest(publish(server, 'hall/door', { codec: options, size: '320x240' }));
    expect(server.readers('hall/door')).toEqual({ open: 0, total: 0 });

    expect(await probe(server.url('hall/door'), ['-rtsp_transport', transport])).toBe(`${codec},320,240`);
    await server.untilReaders('hall/door', ({ open, total }) => open === 0 && total === 1);
  });

  it.each(RTSP_SCHEMES)('refuses in the scheme %s who does not know the password', async (scheme) => {
    const server = await ofTest(startGortsplibServer({ credentials: { ...ME, scheme } }));
    await ofTest(publish(server, 'cam', { codec: h264() }));
    expect((await ffprobe(server.url('cam', STRANGER))).stderr).toContain('401 Unauthorized');
    expect((await ffprobe(server.url('cam', null))).stderr).toContain('401 Unauthorized');
    expect(await probe(server.url('cam'), ['-rtsp_transport', 'tcp'])).toBe('h264,320,240');
  });

  it.skipIf(!requireCertificates())('speaks RTSPS', async () => {
    const certificate = await ofTest(Certificate.start());
    const server = await ofTest(startGortsplibServer({ certificate }));
    await ofTest(publish(server, 'cam', { codec: h264() }));
    expect(await probe(server.url('cam'))).toBe('h264,320,240');
  });

  it('has no path that nobody publishes', async () => {
    const server = await ofTest(startGortsplibServer());
    expect((await ffprobe(server.url('cam'))).stderr).toContain('404 Not Found');
  });

  it('comes back on its port after it was killed', async () => {
    const server = await ofTest(startGortsplibServer());
    const { port } = server;
    await server.kill();
    const again = await ofTest(startGortsplibServer({ port }));
    await ofTest(publish(again, 'cam', { codec: h264() }));
    expect(await probe(again.url('cam'))).toBe('h264,320,240');
  });
});

describe.skipIf(!requireGstRtspServer())("GStreamer's RTSP server", () => {
  it.each([
    { path: 'h264', codec: 'h264', transport: 'tcp' },
    { path: 'h264', codec: 'h264', transport: 'udp' },
    { path: 'jpeg', codec: 'mjpeg', transport: 'tcp' },
    { path: 'jpeg', codec: 'mjpeg', transport: 'udp' },
  ])('shows $path by $transport', async ({ path, codec, transport }) => {
    const server = await ofTest(startGstRtspServer());
    expect(await probe(server.url(path), ['-rtsp_transport', transport])).toBe(`${codec},320,240`);
    await server.untilReaders(path, ({ open, total }) => open === 0 && total === 1);
  });

  it.each(RTSP_SCHEMES)('refuses in the scheme %s who does not know the password', async (scheme) => {
    const server = await ofTest(startGstRtspServer({ credentials: { ...ME, scheme } }));
    expect((await ffprobe(server.url('h264', STRANGER))).stderr).toContain('401 Unauthorized');
    expect((await ffprobe(server.url('h264', null))).stderr).toContain('401 Unauthorized');
    expect(await probe(server.url('h264'), ['-rtsp_transport', 'tcp'])).toBe('h264,320,240');
  });
});

describe.skipIf(!requireCamera())('the HTTP camera', () => {
  it('sends its pictures byte for byte, and they all differ', async () => {
    const camera = await ofTest(MjpegCamera.start({ frames: 4 }));
    expect(new Set(camera.frames.map((frame) => frame.toString('latin1'))).size).toBe(4);

    const response = await fetch(camera.url('mjpeg?fps=0&after=4&then=end'));
    expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=frame');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(
      Buffer.concat([...camera.frames.map(partOf), Buffer.from('--frame--\r\n')]),
    );
  });

  it('counts who is connected, and does what it is told', async () => {
    const camera = await ofTest(MjpegCamera.start());
    const reader = (await fetch(camera.url('mjpeg'))).body!.getReader();
    await camera.untilRequests('mjpeg', ({ open }) => open === 1);
    expect((await reader.read()).done).toBe(false);

    camera.mode('silent');
    await reader.cancel();
    await camera.untilRequests('mjpeg', ({ open }) => open === 0);
    expect(camera.requests('mjpeg')).toEqual({ open: 0, total: 1 });
  });

  it.each(['basic', 'digest', 'digest-sha256', 'digest-2069'] as const)('asks for a password by %s', async (scheme) => {
    const camera = await ofTest(MjpegCamera.start({ credentials: { ...ME, scheme } }));
    const response = await fetch(camera.url('snapshot.jpg', null));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(scheme === 'basic' ? /^Basic realm=/ : /^Digest realm=/);

    expect((await fetch(camera.url('snapshot.jpg', null), { headers: { Authorization: 'Basic OmE=' } })).status).toBe(
      401,
    );
    await camera.untilDenied(({ anonymous, wrong }) => anonymous === 1 && wrong === 1);
    expect(camera.requests('snapshot.jpg')).toEqual({ open: 0, total: 0 });
  });

  it.each(['basic', 'digest'] as const)('lets FFmpeg in by %s', async (scheme) => {
    const camera = await ofTest(MjpegCamera.start({ credentials: { ...ME, scheme } }));
    expect((await ffprobe(camera.url('mjpeg', STRANGER))).stderr).toContain('401 Unauthorized');
    expect(await probe(camera.url('mjpeg'), ['-f', 'mpjpeg'])).toBe('mjpeg,160,120');
  });

  it('serves videos, whole and in parts', async () => {
    const fixtures = await VideoFixtures.create();
    onTestFinished(() => fixtures.remove());
    const graph = 'testsrc=size=64x48:rate=25:duration=2';
    await fixtures.drawn('clip.mp4', graph, ...h264(25));
    await fixtures.drawn('live.m3u8', graph, ...h264(25), '-f', 'hls', '-hls_time', '1');

    const camera = await ofTest(MjpegCamera.start({ mediaFolder: fixtures.folder }));
    expect(await probe(camera.url('media/clip.mp4'))).toBe('h264,64,48');
    expect(await probe(camera.url('media/live.m3u8'))).toBe('h264,64,48');
    const part = await fetch(camera.url('media/clip.mp4'), { headers: { Range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
  });

  it.skipIf(!requireCertificates())('speaks HTTPS', async () => {
    const certificate = await ofTest(Certificate.start());
    const camera = await ofTest(MjpegCamera.start({ certificate }));
    expect(await probe(camera.url('snapshot.jpg'))).toBe('mjpeg,160,120');
    await expect(fetch(camera.url('snapshot.jpg'))).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  function partOf(jpeg: Buffer): Buffer {
    const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]);
  }
});

describe('senders', async () => {
  it('send MPEG-TS by UDP', async () => {
    const url = `udp://127.0.0.1:${await freeUdpPort()}`;
    await ofTest(StreamSender.start(`${url}?pkt_size=1316`, { codec: h264(5), format: 'mpegts' }));
    expect(await probe(url)).toBe('h264,320,240');
  });

  it.skipIf(!(await requireProtocol('srt')))('send MPEG-TS by SRT to whoever connects', async () => {
    const url = `srt://127.0.0.1:${await freeUdpPort()}`;
    await ofTest(StreamSender.start(`${url}?mode=listener`, { codec: h264(5), format: 'mpegts' }));
    expect(await probe(`${url}?mode=caller`)).toBe('h264,320,240');
  });

  it('send MJPEG by TCP to everybody', async () => {
    const server = await ofTest(TcpVideoServer.start({ codec: MJPEG, format: 'mjpeg' }));
    expect(await probe(server.url, ['-f', 'mjpeg'])).toBe('mjpeg,320,240');
    expect(await probe(server.url, ['-f', 'mjpeg'])).toBe('mjpeg,320,240');
    expect(server.connections).toBe(2);
  });
});

/** Codec, width and height of what is at an address, as another program sees it. */
async function probe(url: string, inputOptions: readonly string[] = []): Promise<string> {
  const { stdout, stderr } = await ffprobe(url, inputOptions);
  // Of MPEG-TS, which has programs, it speaks twice.
  return stdout.split('\n')[0] || `nothing: ${stderr}`;
}

async function ffprobe(url: string, inputOptions: readonly string[] = []): Promise<CommandResult> {
  const { ffprobePath } = await findFfmpeg(process.env);
  const impatient = ['-analyzeduration', '200000', '-fpsprobesize', '0'];
  const shown = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=codec_name,width,height'];
  return runCommand(ffprobePath, [...shown, '-of', 'csv=p=0', ...impatient, ...inputOptions, url]);
}
