// The certificate in use: from the files that the settings name, else one of our own, made once. Files that have changed are read again
// at the next connection; sessions that are open go on with what they began with.

import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { errnoOf } from '../../door/folder/folder-error';
import { keepKeyFile } from '../../door/keep-key-file';
import { misconfigured } from '../../errors';
import type { Log } from '../../ports';
import { makeCertificate } from './make-certificate';

/** PEM files; the certificate's may hold the chain as well. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificate {
  /** As clients show it. */
  readonly fingerprint: string;
  readonly expires: Date;
  /** For a connection that begins now. */
  context(): Promise<SecureContext>;
}

interface Loaded {
  readonly context: SecureContext;
  readonly fingerprint: string;
  readonly expires: Date;
}

export const OWN_CERTIFICATE = 'ftps_certificate.pem';
/** Forward secret and authenticated only: no CBC, no SHA-1, no key exchange by RSA. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!kRSA',
].join(':');
/** SSL_OP_NO_RENEGOTIATION, which Node has no name for: each one would cost a signature, and no client needs any. */
const NO_RENEGOTIATION = 2 ** 30;
const SOON_MS = 14 * 24 * 60 * 60 * 1000;

/** Without `files`, the certificate in `keysDir` is used, and made when there is none. Throws ImportsError CONFIG. */
export async function openCertificate(options: {
  readonly files: CertificateFiles | null;
  readonly keysDir: string;
  readonly names: readonly string[];
  readonly log: Log;
}): Promise<Certificate> {
  const { log } = options;
  const files = options.files ?? (await ownFiles(options));
  let version = await versionOf(files);
  let loaded = await load(files).catch((error: unknown) => {
    throw misconfigured(`${problemOf(error, files)} Correct IMPORTS_FTPS_CERT and IMPORTS_FTPS_KEY.`, { cause: error });
  });
  warnOfEnd(loaded, log);

  const reload = async (): Promise<void> => {
    const found = await versionOf(files);
    if (found === version) return;
    version = found;
    try {
      loaded = await load(files);
      log.info('The FTPS certificate was read again', { fingerprint: loaded.fingerprint, expires: loaded.expires.toISOString() });
      warnOfEnd(loaded, log);
    } catch (error) {
      // Half of a renewal may have been written; the other half is another version.
      log.warn('The FTPS certificate has changed and cannot be used; the former one stays in use', { reason: problemOf(error, files) });
    }
  };
  return {
    get fingerprint() {
      return loaded.fingerprint;
    },
    get expires() {
      return loaded.expires;
    },
    async context() {
      await reload();
      return loaded.context;
    },
  };
}

async function ownFiles({ keysDir, names, log }: { keysDir: string; names: readonly string[]; log: Log }): Promise<CertificateFiles> {
  const path = join(keysDir, OWN_CERTIFICATE);
  await mkdir(keysDir, { recursive: true });
  await keepKeyFile(path, () => {
    log.warn('FTPS uses a self-signed certificate, which clients must be told to trust; set IMPORTS_FTPS_CERT to use a real one', { path });
    return makeCertificate([...new Set(['localhost', '127.0.0.1', hostname(), ...names])], new Date());
  });
  return { certificate: path, key: path };
}

async function load(files: CertificateFiles): Promise<Loaded> {
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  const { raw, validTo } = new X509Certificate(cert);
  const fingerprint = `SHA256:${createHash('sha256').update(raw).digest('hex')}`;
  // A data connection may go on with the session of its control connection: both have the same context, and this name.
  const context = createSecureContext({
    cert,
    key,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    secureOptions: NO_RENEGOTIATION,
    sessionIdContext: 'ftps',
  });
  return { context, fingerprint, expires: new Date(validTo) };
}

async function versionOf({ certificate, key }: CertificateFiles): Promise<string> {
  const stats = await Promise.all([certificate, key].map((path) => stat(path).catch(() => undefined)));
  return stats.map((found) => `${found?.ino} ${found?.size} ${found?.mtimeMs}`).join();
}

function problemOf(error: unknown, { certificate, key }: CertificateFiles): string {
  const code = errnoOf(error) ?? 'unknown';
  if (code === 'ENOENT' || code === 'EACCES') return `The FTPS certificate ${certificate} or its key ${key} cannot be read (${code}).`;
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return `The FTPS certificate ${certificate} does not belong to the key ${key}.`;
  return `The FTPS certificate ${certificate} and its key ${key} are not PEM files that TLS can use (${code}).`;
}

function warnOfEnd({ expires }: Loaded, log: Log): void {
  if (expires.getTime() - Date.now() < SOON_MS)
    log.warn('The FTPS certificate expires soon or has expired', { expires: expires.toISOString() });
}
