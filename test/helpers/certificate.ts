import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasCommand, requirePart } from './real-parts.js';

/** Whether tests may use `Certificate`. */
export function requireCertificates(): boolean {
  return requirePart('openssl', hasCommand('openssl'), 'install openssl');
}

/** A certificate for 127.0.0.1 and localhost that only itself vouches for, in files that `stop` takes away. */
export class Certificate {
  private constructor(private readonly folder: string) {}

  static async start(): Promise<Certificate> {
    const certificate = new Certificate(await mkdtemp(join(tmpdir(), 'certificate-')));
    await execa('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
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

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
