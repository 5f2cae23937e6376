import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { StreamerError } from '../shared/errors.js';

/** Whom a client believes who the server is. */
export interface TlsTrust {
  /**
   * Certificates in PEM form: of authorities, or a server's own one. Null trusts the authorities that come with Node and
   * those in the file that `NODE_EXTRA_CA_CERTS` names.
   */
  readonly ca: string | null;
}

/**
 * Reads the file of `--tls-ca`; null trusts whom Node trusts.
 *
 * @throws {StreamerError} BAD_CERTIFICATE
 */
export async function loadTrust(caPath: string | null): Promise<TlsTrust> {
  if (caPath === null) return { ca: null };
  try {
    return trustIn(await readFile(caPath), caPath);
  } catch (cause) {
    if (cause instanceof StreamerError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new StreamerError('BAD_CERTIFICATE', `${caPath} (--tls-ca) cannot be read: ${why}.`, { cause });
  }
}

/**
 * Trust in the certificates of `ca`, in PEM form; OpenSSL would take a text without any for nobody at all.
 *
 * @param place what to call it in errors
 * @throws {StreamerError} BAD_CERTIFICATE
 */
export function trustIn(ca: string | Buffer, place: string): TlsTrust {
  const pem = ca.toString();
  try {
    for (const block of pem.match(CERTIFICATE) ?? ['']) new X509Certificate(block);
    return { ca: pem };
  } catch (cause) {
    const sentence = `${place} holds no certificate in PEM form ("BEGIN CERTIFICATE").`;
    throw new StreamerError('BAD_CERTIFICATE', sentence, { cause });
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
