import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TlsIdentity } from '../../../server/tls-identity.js';
import type { TlsCredentials } from '../../../server/tls-identity.js';
import { toStreamerError } from '../../../shared/errors.js';
import { Certificate, requireCertificates } from '../../helpers/certificate.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { LogOfTest } from '../../helpers/log-of-test.js';
import { StartedParts } from '../../helpers/started-parts.js';

/** A user without rights. */
const NOBODY = 65_534;
const DAY_US = 24 * 60 * 60 * 1_000_000;
const nowUs = () => Date.now() * 1000;

describe.skipIf(!requireCertificates())('TlsIdentity', () => {
  const parts = new StartedParts();
  let ours: Certificate;
  let other: Certificate;
  let folder: string;
  beforeAll(async () => {
    [ours, other] = await Promise.all([parts.keep(Certificate.start()), parts.keep(Certificate.start('DNS:other'))]);
    folder = await mkdtemp(join(tmpdir(), 'identity-'));
  });
  afterAll(async () => {
    await parts.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads a certificate and its key, for TLS 1.2 and later', async () => {
    const { identity, log } = await load(ours.files);
    expect(identity.credentials.cert.toString()).toBe(ours.pem);
    expect(identity.credentials.key.toString()).toContain('PRIVATE KEY');
    expect(identity.credentials.minVersion).toBe('TLSv1.2');
    expect(log.lines).toEqual([]);
  });

  it('refuses a key of another certificate, and says which files', async () => {
    const files = { certPath: ours.certPath, keyPath: other.keyPath };
    expect(await failure(files)).toEqual([
      'BAD_CERTIFICATE',
      `${other.keyPath} is not the key of the certificate ${ours.certPath}; give the two that belong together.`,
    ]);
  });

  it.each(['certPath', 'keyPath'] as const)('refuses a %s that is not there, or a folder', async (which) => {
    const what = which === 'certPath' ? 'certificate' : 'key';
    const missing = join(folder, 'missing.pem');
    expect(await failure({ ...ours.files, [which]: missing })).toEqual([
      'BAD_CERTIFICATE',
      `The TLS ${what} ${missing} cannot be read: there is no such file.`,
    ]);
    const [code, message] = await failure({ ...ours.files, [which]: folder });
    expect([code, message]).toEqual(['BAD_CERTIFICATE', expect.stringContaining('EISDIR')]);
  });

  it('refuses files that hold something else, such as each other', async () => {
    const swapped = { certPath: ours.keyPath, keyPath: ours.certPath };
    expect((await failure(swapped))[1]).toBe(`${ours.keyPath} holds no certificate in PEM form ("BEGIN CERTIFICATE").`);
    const noKey = { certPath: ours.certPath, keyPath: ours.certPath };
    expect((await failure(noKey))[1]).toBe(`${ours.certPath} holds no private key in PEM form ("BEGIN PRIVATE KEY").`);
    const empty = join(folder, 'empty.pem');
    await writeFile(empty, '');
    expect((await failure({ ...ours.files, certPath: empty }))[0]).toBe('BAD_CERTIFICATE');
    expect((await failure({ ...ours.files, keyPath: empty }))[0]).toBe('BAD_CERTIFICATE');
  });

  it('says how to take the passphrase off a key', async () => {
    const keyPath = join(folder, 'secret.pem');
    await execa('openssl', ['pkey', '-in', ours.keyPath, '-aes256', '-passout', 'pass:x', '-out', keyPath]);
    expect(await failure({ ...ours.files, keyPath })).toEqual([
      'BAD_CERTIFICATE',
      `The TLS key ${keyPath} has a passphrase; take it off with \`openssl pkey -in ${keyPath} -out key.pem\`.`,
    ]);
  });

  it('refuses a key that is too short to be safe', async () => {
    const [certPath, keyPath] = [join(folder, 'short.pem'), join(folder, 'short-key.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:768', '-nodes', '-days', '2', '-subj', '/CN=short'];
    await execa('openssl', [...request, '-keyout', keyPath, '-out', certPath]);
    const [code, message] = await failure({ certPath, keyPath });
    expect([code, message]).toEqual(['BAD_CERTIFICATE', expect.stringMatching(/cannot be used: .*key too small/)]);
  });

  it('serves a certificate that is out of date or not valid yet, and warns', async () => {
    const late = await load(ours.files, nowUs() + 3 * DAY_US);
    expect(late.log.messages('warn')).toEqual([expect.stringMatching(/is out of date since .*; renew it\.$/)]);
    const early = await load(ours.files, nowUs() - DAY_US);
    expect(early.log.messages('warn')).toEqual([expect.stringMatching(/is not valid before .* until then\.$/)]);
  });

  it('takes a new pair from the same files, and tells who listens', async () => {
    const { identity, log } = await load(await copyOf(ours));
    const told: TlsCredentials[] = [];
    const stop = identity.onReload((credentials) => told.push(credentials));
    await other.replace(filesIn(folder));
    await identity.reload();
    expect(identity.credentials.cert.toString()).toBe(other.pem);
    expect(told).toEqual([identity.credentials]);
    expect(log.messages('info')).toEqual(['TLS certificate read again']);
    stop();
    await identity.reload();
    expect(told).toHaveLength(1);
  });

  it('keeps the old pair when the new one is broken, and says why', async () => {
    const { identity, log } = await load(await copyOf(ours));
    const told: TlsCredentials[] = [];
    identity.onReload((credentials) => told.push(credentials));
    await writeFile(filesIn(folder).certPath, 'half a certi');
    await identity.reload();
    expect(identity.credentials.cert.toString()).toBe(ours.pem);
    expect(told).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'error', code: 'BAD_CERTIFICATE' }]);
    expect(log.lines[0]?.msg).toMatch(/^The TLS certificate stays as it was: .* holds no certificate in PEM form/);
  });

  it('says that a key may not be read', async () => {
    const { certPath, keyPath } = await copyOf(ours);
    await chmod(keyPath, 0);
    await chmod(folder, 0o711);
    // Root may read everything.
    if (process.geteuid?.() === 0) {
      onTestFinished(() => process.seteuid?.(0));
      process.seteuid?.(NOBODY);
    }
    expect((await failure({ certPath, keyPath }))[1]).toBe(
      `The TLS key ${keyPath} cannot be read: that needs more rights.`,
    );
  });

  async function load(files: { certPath: string; keyPath: string }, timeUs = nowUs()) {
    const log = new LogOfTest();
    return { identity: await TlsIdentity.load(files, { clock: new FakeClock(timeUs), logger: log.logger }), log };
  }

  async function failure(files: { certPath: string; keyPath: string }) {
    const { code, message } = toStreamerError(await load(files).catch((error: unknown) => error));
    return [code, message];
  }

  async function copyOf(certificate: Certificate) {
    const files = filesIn(folder);
    await certificate.replace(files);
    return files;
  }
});

function filesIn(folder: string) {
  return { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') };
}
