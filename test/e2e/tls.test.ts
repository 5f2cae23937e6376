import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { ofTest } from '../helpers/of-test.js';
import { runNode } from '../helpers/run-command.js';
import { CLIENT_BINARY, SERVER_BINARY } from '../helpers/server-process.js';
import { startServer } from '../helpers/server-of-test.js';
import { Viewer } from '../helpers/viewer.js';

const SOURCE = 'cam=test:bars?size=64x48&fps=20';

describe.skipIf(!requireCertificates())('TLS from the command line', () => {
  let ours: Certificate;
  let other: Certificate;
  beforeAll(async () => {
    [ours, other] = await Promise.all([Certificate.start(), Certificate.start()]);
  });
  afterAll(async () => void (await Promise.all([ours.stop(), other.stop()])));

  it('streams to a client that has the certificate of the server', async () => {
    const server = await serve(ours);
    const { exitCode, stdout } = await watch(server.port, ['--tls-ca', ours.certPath]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stream: 'cam', frames: { lost: 0 } });
  });

  it('says what is wrong in one sentence', async () => {
    const server = await serve(ours);
    const place = `127.0.0.1:${server.port}`;
    const stranger = await watch(server.port, ['--tls']);
    expect(stranger.stderr).toContain(`${place} shows a certificate that no known authority vouches for;`);
    expect(stranger.stderr).toContain('(UNTRUSTED_CERTIFICATE)');
    const plain = await watch(server.port, []);
    expect(plain.stderr).toContain('This port speaks only TLS; connect with --tls. (UNEXPECTED_MESSAGE)');
    const missing = await watch(server.port, ['--tls-ca', '/no/such/file.pem']);
    expect(missing.stderr).toContain(
      '/no/such/file.pem (--tls-ca) cannot be read: there is no such file. (BAD_CERTIFICATE)',
    );
    expect([stranger, plain, missing].map(({ exitCode }) => exitCode)).toEqual([1, 1, 2]);
  });

  it('does not start with a key of another certificate', async () => {
    const args = ['--tls-cert', ours.certPath, '--tls-key', other.keyPath, '--port', '0', '--no-http', SOURCE];
    const { exitCode, stderr } = await runNode(SERVER_BINARY, args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${other.keyPath} is not the key of the certificate ${ours.certPath};`);
  });

  it('takes a new certificate on SIGHUP while clients go on, and keeps the old one when the new one is broken', async () => {
    const files = await ofTest(Certificate.start());
    const server = await serve(files);
    const before = await Viewer.open(server.port, { tls: { ca: files.pem } });
    onTestFinished(() => before.close());
    await before.take(1);

    await ours.replace(files);
    server.kill('SIGHUP');
    await server.logged(({ msg }) => msg === 'TLS certificate read again');
    const after = await Viewer.open(server.port, { tls: { ca: ours.pem } });
    onTestFinished(() => after.close());
    await Promise.all([after.take(1), before.take(5, before.frames.length)]);

    await writeFile(files.certPath, 'broken');
    server.kill('SIGHUP');
    const line = await server.logged(({ msg }) => msg.startsWith('The TLS certificate stays as it was:'));
    expect(line['code']).toBe('BAD_CERTIFICATE');
    const last = await Viewer.open(server.port, { tls: { ca: ours.pem } });
    onTestFinished(() => last.close());
    await Promise.all([last, after, before].map((viewer) => viewer.take(1, viewer.frames.length)));
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  function serve(certificate: Certificate) {
    return startServer(['--tls-cert', certificate.certPath, '--tls-key', certificate.keyPath, '--no-http', SOURCE]);
  }

  function watch(port: number, args: readonly string[]) {
    return runNode(CLIENT_BINARY, ['--port', `${port}`, '--duration', '1', '--json', '--no-reconnect', ...args]);
  }
});
