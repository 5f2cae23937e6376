import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { expectCadence } from '../helpers/frame-checks.js';
import { requireGortsplibServer, startGortsplibServer } from '../helpers/gortsplib-server.js';
import { HttpPeer } from '../helpers/http-peer.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { ofTest } from '../helpers/of-test.js';
import { publish } from '../helpers/publish.js';
import { runNode } from '../helpers/run-command.js';
import { startServer } from '../helpers/server-of-test.js';
import { SERVER_BINARY, ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { h264 } from '../helpers/stream-sender.js';
import { Viewer } from '../helpers/viewer.js';

const HAS_ALL_PARTS = requireCamera() && requireGortsplibServer() && requireCertificates();
const OWNER = { user: 'owner', password: 'Sesame' };
const GUESSER = { user: 'owner', password: 'Gue55 /@' };
/** The passwords in every form in which they could be shown. */
const SECRETS = ['Sesame', 'Gue55', 'T0ken', Buffer.from('owner:Sesame'), Buffer.from('owner:Gue55 /@')].map(
  (secret) => (typeof secret === 'string' ? secret : secret.toString('base64')),
);

/** A source that cannot be streamed, and what a user is told. */
interface Broken {
  readonly name: string;
  readonly source: string;
  readonly code: string;
  readonly says: string;
}

describe.skipIf(!HAS_ALL_PARTS)('a source that fails', () => {
  const parts = new StartedParts();
  let camera: MjpegCamera;
  let broken: readonly Broken[];
  let sources: readonly string[];

  beforeAll(async () => {
    camera = await parts.keep(MjpegCamera.start());
    broken = await breakSources();
    sources = [
      ...broken.map(({ name, source }) => `${name}=${source}`),
      `cam=${camera.url('mjpeg')}`,
      'bars=test:bars',
    ];
  });
  afterAll(async () => {
    await parts.stop();
  });

  it('is told by --check with its code and what to do, and the others are tried all the same', async () => {
    const { exitCode, stdout, stderr } = await runNode(SERVER_BINARY, ['--check', ...sources]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe(`${broken.length} of ${sources.length} sources cannot be streamed at present.`);
    expect(lines).toEqual([
      ...broken.map(({ name, code, says }) => saying(`${name}: `, says, `(${code})`)),
      saying('cam: ', 'mjpeg 160x120, pass-through', ''),
      saying('bars: ', 'the source is a test pattern', ''),
    ]);
    for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  });

  it('is told to clients and in the log while the others go on, and no secret with it', async () => {
    const server = await parts.keep(ServerProcess.start(['--log-level', 'trace', ...sources]));
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*' }] });
    const downs = () => viewer.changes.filter(({ event }) => event === 'down');
    const isDown = (name: string) => downs().some(({ stream }) => stream.name === name);
    await viewer.until(() => broken.every(({ name }) => isDown(name)));
    const bars = viewer.welcomes[0]!.streams.find(({ name }) => name === 'bars')!;
    const from = viewer.frames.length;
    await viewer.until(
      () => viewer.frames.slice(from).filter(({ header }) => header.streamId === bars.id).length >= 10,
    );

    for (const { name, code, says } of broken) {
      const { stream, reason } = downs().find((change) => change.stream.name === name)!;
      expect(stream.state).toBe('offline');
      expect(reason).toEqual({ code, message: saying('', says, ' s.') });
      expect(reason?.message).toMatch(/ Next try in \d+\.\d s\.$/);
      const told = await server.logged((line) => line['stream'] === name && line.msg.startsWith('stream offline'));
      expect(told).toMatchObject({ level: 'warn', code, msg: `stream offline: ${reason?.message}` });
    }
    expectCadence(viewer, bars);
    expect(downs().filter(({ stream }) => ['cam', 'bars'].includes(stream.name))).toEqual([]);
    const shown = JSON.stringify([server.log, server.stderr, viewer.welcomes, viewer.changes]);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    await viewer.close();
  });

  it('passes on whole pictures only when it stops within one, and is tried again', async () => {
    const server = await parts.keep(ServerProcess.start([`cam=${camera.url('mjpeg?after=3&then=cut')}`]));
    const viewer = await Viewer.open(server.port);
    const ups = () => viewer.changes.filter(({ event }) => event === 'up').length;
    await viewer.until(() => ups() === 2 && viewer.frames.length >= 7);
    const [down] = viewer.changes.filter(({ event }) => event === 'down');
    expect(down?.reason).toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('the camera closed the connection.') as string,
    });
    for (const { jpeg } of viewer.frames) expect(camera.frames.slice(0, 3)).toContainEqual(jpeg);
    expect(viewer.frames.map(({ header }) => header.sequence)).toEqual(viewer.frames.map((_, index) => index));
    await viewer.close();
  });

  it('delays no other, whether it answers or sends nothing, hangs, trickles or breaks off again and again', async () => {
    const paths = ['nothing', 'mjpeg?after=0&then=silent', 'mjpeg?after=0&then=hang', 'mjpeg?trickle=500'];
    const ill = [...paths, 'mjpeg?after=1&then=cut'].map((path, index) => `ill-${index}=${camera.url(path)}`);
    const server = await parts.keep(ServerProcess.start(['bars=test:bars?size=64x48&fps=50', ...ill]));
    const viewer = await Viewer.open(server.port, { subscriptions: [{ stream: '*', policy: 'every' }] });
    const { id } = viewer.stream;
    await viewer.until(() => viewer.frames.filter(({ header }) => header.streamId === id).length >= 100);
    expectCadence(viewer);
    expect(viewer.changes.some(({ event, stream }) => event === 'down' && stream.name === 'ill-4')).toBe(true);
    await viewer.close();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  async function breakSources(): Promise<Broken[]> {
    const guarded = await parts.keep(MjpegCamera.start({ credentials: { ...OWNER, scheme: 'digest' } }));
    const basic = await parts.keep(MjpegCamera.start({ credentials: { ...OWNER, scheme: 'basic' } }));
    const rtsp = await parts.keep(startGortsplibServer({ credentials: { ...OWNER, scheme: 'digest' } }));
    await parts.keep(publish(rtsp, 'cam', { codec: h264() }));
    const secure = await parts.keep(MjpegCamera.start({ certificate: await parts.keep(Certificate.start()) }));
    const closed = await closedPort();
    const at = (name: string, source: string, code: string, says: string) => ({ name, source, code, says });
    return [
      at('digest', guarded.url('mjpeg', GUESSER), 'SOURCE_DENIED', 'user, password or token are wrong'),
      at('basic', basic.url('mjpeg', GUESSER), 'SOURCE_DENIED', 'user, password or token are wrong'),
      at('anonymous', guarded.url('mjpeg', null), 'SOURCE_DENIED', 'it wants credentials'),
      at('rtsp-denied', rtsp.url('cam', GUESSER), 'SOURCE_DENIED', 'wants other credentials'),
      at('refused', `http://127.0.0.1:${closed}/?token=T0ken`, 'SOURCE_UNREACHABLE', 'nothing listens there'),
      at('rtsp-refused', `rtsp://owner:Sesame@127.0.0.1:${closed}/`, 'SOURCE_UNREACHABLE', 'refuses the connection'),
      at('tcp-refused', `tcp://127.0.0.1:${closed}`, 'SOURCE_UNREACHABLE', 'refuses the connection'),
      at('unknown', 'http://camera.invalid/mjpeg', 'SOURCE_UNREACHABLE', 'the host name'),
      at('rtsp-unknown', 'rtsp://camera.invalid/cam', 'SOURCE_UNREACHABLE', 'has a host that nobody knows'),
      at('tls', secure.url('mjpeg'), 'SOURCE_UNREACHABLE', 'its TLS certificate is self-signed'),
      at('no-tls', camera.url('mjpeg').replace('http:', 'https:'), 'SOURCE_UNREACHABLE', 'the TLS handshake failed'),
      at('rtsps', rtsp.url('cam').replace('rtsp:', 'rtsps:'), 'SOURCE_UNREACHABLE', 'does not speak TLS'),
      at('missing', camera.url('missing?token=T0ken'), 'SOURCE_BAD_ANSWER', 'it answers 404 Not Found'),
      at('rtsp-missing', rtsp.url('missing'), 'SOURCE_BAD_ANSWER', 'does not exist on that server (404)'),
      at('html', camera.url('html'), 'SOURCE_BAD_ANSWER', 'a web page'),
      at('garbage', camera.url('garbage'), 'SOURCE_BAD_ANSWER', 'check that the address is the one of an MJPEG stream'),
      at('cut', camera.url('mjpeg?after=0&then=cut'), 'SOURCE_BAD_ANSWER', 'ends within a picture'),
      at('device', 'device:/dev/video99', 'SOURCE_UNREACHABLE', 'is no device of this machine'),
    ];
  }
});

describe.skipIf(!requireCamera() || !requireCertificates())('a camera that vouches for itself', () => {
  it('is trusted where NODE_EXTRA_CA_CERTS names its certificate', async () => {
    const certificate = await ofTest(Certificate.start());
    const camera = await ofTest(MjpegCamera.start({ certificate }));
    const server = await startServer([camera.url('mjpeg')], { NODE_EXTRA_CA_CERTS: certificate.certPath });
    const viewer = await Viewer.open(server.port);
    await viewer.take(2);
    expect(camera.frames).toContainEqual(viewer.frames[0]!.jpeg);
    await viewer.close();
  });
});

/** A port of loopback on which nobody listens. */
async function closedPort(): Promise<number> {
  const peer = await HttpPeer.start(null);
  const { port } = peer;
  await peer.stop();
  return port;
}

/** Matches text that begins, goes on somewhere, and ends like this. */
function saying(begin: string, middle: string, end: string): string {
  const literal = [begin, middle, end].map((text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return expect.stringMatching(new RegExp(`^${literal.join('.*')}$`)) as string;
}
