import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../shared/clock.js';
import { StreamerError, toStreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';

/** Files of a certificate (with the chain behind it, if there is one) and its private key, both in PEM form. */
export interface TlsFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** What a TLS server is made with, and what its `setSecureContext` takes; older versions than 1.2 are refused. */
export interface TlsCredentials {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** What an identity needs of its surroundings. */
export interface TlsIdentityParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who the server is, for every port that speaks TLS; read again from its files while connections go on. */
export class TlsIdentity {
  private readonly listeners = new Set<(credentials: TlsCredentials) => void>();

  private constructor(
    private readonly files: TlsFiles,
    private readonly parts: TlsIdentityParts,
    private current: TlsCredentials,
  ) {}

  /**
   * Reads and checks both files. A certificate that is out of date is only warned of: a picture that nobody trusts is
   * found sooner than a server that does not start.
   *
   * @throws {StreamerError} BAD_CERTIFICATE when a file cannot be read or used, or the two do not fit.
   */
  static async load(files: TlsFiles, parts: TlsIdentityParts): Promise<TlsIdentity> {
    return new TlsIdentity(files, parts, await readCredentials(files, parts));
  }

  get credentials(): TlsCredentials {
    return this.current;
  }

  /** Calls `listener` with what to use from then on, after each successful `reload`; returns how to end that. */
  onReload(listener: (credentials: TlsCredentials) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Reads the files again. What cannot be used is logged, and the old pair stays; never rejects. */
  async reload(): Promise<void> {
    const { logger } = this.parts;
    try {
      this.current = await readCredentials(this.files, this.parts);
      for (const listener of this.listeners) listener(this.current);
      logger.info(this.files, 'TLS certificate read again');
    } catch (thrown) {
      const { code, message } = toStreamerError(thrown);
      logger.error({ code }, `The TLS certificate stays as it was: ${message}`);
    }
  }
}

async function readCredentials({ certPath, keyPath }: TlsFiles, parts: TlsIdentityParts): Promise<TlsCredentials> {
  const [cert, key] = await Promise.all([readPem(certPath, 'certificate'), readPem(keyPath, 'key')]);
  const certificate = parseCertificate(cert, certPath);
  if (!certificate.checkPrivateKey(parseKey(key, keyPath))) {
    throw badCertificate(
      `${keyPath} is not the key of the certificate ${certPath}; give the two that belong together.`,
    );
  }
  const credentials = { cert, key, minVersion: 'TLSv1.2' } as const;
  checkUsable(credentials, certPath);
  warnOfDates(certificate, certPath, parts);
  return credentials;
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'that needs more rights' : message;
    throw badCertificate(`The TLS ${what} ${path} cannot be read: ${why}.`, cause);
  }
}

function parseCertificate(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw badCertificate(`${path} holds no certificate in PEM form ("BEGIN CERTIFICATE").`, cause);
  }
}

function parseKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    // OpenSSL names the passphrase only sometimes; both forms of such a key say it in the clear.
    if (!pem.includes('ENCRYPTED')) {
      throw badCertificate(`${path} holds no private key in PEM form ("BEGIN PRIVATE KEY").`, cause);
    }
    const advice = `openssl pkey -in ${path} -out key.pem`;
    throw badCertificate(`The TLS key ${path} has a passphrase; take it off with \`${advice}\`.`, cause);
  }
}

/** A pair may fit and still be refused: too short a key, a signature that is no longer safe, a broken chain. */
function checkUsable(credentials: TlsCredentials, path: string): void {
  try {
    createSecureContext(credentials);
  } catch (cause) {
    const { message } = toStreamerError(cause);
    throw badCertificate(`The certificate ${path} cannot be used: ${message}; make another one.`, cause);
  }
}

function warnOfDates(certificate: X509Certificate, path: string, { clock, logger }: TlsIdentityParts): void {
  const nowMs = clock.wallUs() / 1000;
  const { validFrom, validTo } = certificate;
  if (nowMs > Date.parse(validTo)) {
    logger.warn(`The TLS certificate ${path} is out of date since ${validTo}: clients will refuse it; renew it.`);
  } else if (nowMs < Date.parse(validFrom)) {
    logger.warn(`The TLS certificate ${path} is not valid before ${validFrom}: clients will refuse it until then.`);
  }
}

function badCertificate(sentence: string, cause?: unknown): StreamerError {
  return new StreamerError('BAD_CERTIFICATE', sentence, { cause });
}
