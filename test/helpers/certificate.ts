import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasCommand, requirePart } from './real-parts.js';

/** Whether tests may use `Certificate`. */
export function requireCertificates(): boolean {
  return requirePart('openssl', hasCommand('openssl'), 'install openssl');
}

/** What a certificate is for, as OpenSSL writes it. */
const THIS_MACHINE = 'DNS:localhost,IP:127.0.0.1';

/** A certificate, for this machine by default, that only itself vouches for, in files that `stop` takes away. */
export class Certificate {
  private constructor(private readonly folder: string) {}

  static async start(names = THIS_MACHINE): Promise<Certificate> {
    const certificate = new Certificate(await mkdtemp(join(tmpdir(), 'certificate-')));
    await execa('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', `subjectAltName=${names}`],
      ...['-keyout', certificate.keyPath, '-out', certificate.certPath],
    ]);
    return certificate;
  }

  get certPath(): string {
    return join(this.folder, 'cert.pem');
  }

  get keyPath(): string {
    return join(this.folder, 'key.pem');
  }

  /** Both files, as a server takes them. */
  get files(): { readonly certPath: string; readonly keyPath: string } {
    return { certPath: this.certPath, keyPath: this.keyPath };
  }

  /** The certificate as text. */
  get pem(): string {
    return readFileSync(this.certPath, 'utf8');
  }

  /** Takes the place of another one, under the names of its files. */
  async replace(other: { readonly certPath: string; readonly keyPath: string }): Promise<void> {
    await copyFile(this.certPath, other.certPath);
    await copyFile(this.keyPath, other.keyPath);
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
