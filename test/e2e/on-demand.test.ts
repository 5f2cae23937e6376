import { describe, expect, it } from 'vitest';
import { CAN_LIST_CHILDREN, childrenOf, untilNoChild } from '../helpers/child-processes.js';
import { ClientProcess } from '../helpers/client-process.js';
import { requireGstRtspServer, startGstRtspServer } from '../helpers/gst-rtsp-server.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { startServer } from '../helpers/server-of-test.js';
import type { ServerProcess } from '../helpers/server-process.js';
import { h264 } from '../helpers/stream-sender.js';
import { TcpVideoServer } from '../helpers/tcp-video-server.js';
import { until } from '../helpers/until.js';
import { Viewer } from '../helpers/viewer.js';

const CLIENTS = 5;
const BRIEF = ['--idle-timeout', '0.3'];

/** A camera, and how its connections are counted. */
interface Counted {
  readonly url: string;
  readonly untilConnections: (open: number, total: number) => Promise<void>;
}

describe.skipIf(!requireCamera() || !requireGstRtspServer())('a camera', () => {
  it.each([
    { kind: 'MJPEG over HTTP', start: startMjpegCamera },
    { kind: 'H.264 over RTSP', start: startRtspServer },
    { kind: 'video over TCP', start: startTcpServer },
  ])('has one connection however many clients watch, and none while nobody does: $kind', async ({ start }) => {
    const { url, untilConnections } = await start();
    const server = await startServer([...BRIEF, `cam=${url}`]);
    await untilConnections(0, 0);
    expect(childrenOf(server.pid)).toEqual([]);

    const viewers = await Promise.all(Array.from({ length: CLIENTS }, () => Viewer.open(server.port)));
    for (const viewer of viewers) await viewer.take(3);
    await untilConnections(1, 1);
    if (CAN_LIST_CHILDREN) expect(childrenOf(server.pid)).toHaveLength(url.startsWith('http') ? 0 : 1);

    const [last, ...others] = viewers as [Viewer, ...Viewer[]];
    await Promise.all(others.map((viewer) => viewer.close()));
    await last.take(3, last.frames.length);
    await untilConnections(1, 1);

    await last.close();
    await server.logged((line) => line.msg === 'stream idle');
    await untilConnections(0, 1);
    await untilNoChild(server.pid);

    const again = await Viewer.open(server.port);
    await again.take(3);
    await untilConnections(1, 2);
    expect(again.frames[0]!.header.sequence).toBeGreaterThan(last.frames.at(-1)!.header.sequence);
    await again.close();
  });

  it('keeps its connection for those who come back in time', async () => {
    const { url, untilConnections } = await startMjpegCamera();
    const server = await startServer([`cam=${url}`]);
    for (let visit = 0; visit < 3; visit += 1) {
      const viewer = await Viewer.open(server.port);
      await viewer.take(2);
      await viewer.close();
    }
    await untilConnections(1, 1);
    expect(statesOf(server)).toEqual(['connecting', 'live']);
  });

  it('is always connected to where --no-on-demand says so', async () => {
    const { url, untilConnections } = await startMjpegCamera();
    const server = await startServer([...BRIEF, '--no-on-demand', `cam=${url}`]);
    await server.logged((line) => line.msg === 'stream live');
    await untilConnections(1, 1);
    const first = await Viewer.open(server.port);
    await first.take(2);
    await first.close();
    // Longer than the idle time, in which a source on demand would have been left.
    const client = ClientProcess.spawn(server.port, ['--json', '--duration', '0.6']);
    expect(await client.exit).toEqual({ code: 0, signal: null });
    const later = await Viewer.open(server.port);
    expect(later.stream).toMatchObject({ state: 'live', width: 160, height: 120 });
    await later.close();
    await untilConnections(1, 1);
    expect(statesOf(server)).toEqual(['connecting', 'live']);
  });

  it('is not connected to for those who watch another stream', async () => {
    const { url, untilConnections } = await startMjpegCamera();
    const server = await startServer([`cam=${url}`, 'other=test:bars?size=64x48']);
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: 'other' }] });
    await viewer.take(5);
    await untilConnections(0, 0);
    await viewer.close();
  });
});

async function startMjpegCamera(): Promise<Counted> {
  const camera = await ofTest(MjpegCamera.start());
  const isSo = (open: number, total: number) =>
    camera.untilRequests('mjpeg', (requests) => requests.open === open && requests.total === total);
  return { url: camera.url('mjpeg'), untilConnections: isSo };
}

async function startRtspServer(): Promise<Counted> {
  const server = await ofTest(startGstRtspServer({ size: '160x120' }));
  const isSo = (open: number, total: number) =>
    server.untilReaders('h264', (readers) => readers.open === open && readers.total === total);
  return { url: server.url('h264'), untilConnections: isSo };
}

async function startTcpServer(): Promise<Counted> {
  const server = await ofTest(TcpVideoServer.start({ codec: h264(10), size: '160x120', format: 'mpegts' }));
  const isSo = (open: number, total: number) => until(() => server.open === open && server.connections === total);
  return { url: server.url, untilConnections: isSo };
}

/** The states that the log tells of, in order. */
function statesOf(server: ServerProcess): string[] {
  return server.log.flatMap(({ msg }) => /^stream ([a-z-]+)/.exec(msg)?.[1] ?? []);
}
