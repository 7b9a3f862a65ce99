// The certificate: made once where none is named, read again when its files change, and never the end of a session that is open.

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { ImportsError } from '../../src/errors';
import { makeCertificate } from '../../src/ftps/certificate/make-certificate';
import { OWN_CERTIFICATE, openCertificate } from '../../src/ftps/certificate/open-certificate';
import { itHaving, run } from '../sftp/support/run';
import { PASSWORD } from '../sftp/support/front-door-fixture';
import { FtpPeer } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const NOW = new Date('2026-11-21T12:00:00Z');
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'certificate-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const certificateOf = ({ socket }: FtpPeer): string => (socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : '');

async function secured(fixture: FtpsFixture): Promise<FtpPeer> {
  const peer = await FtpPeer.connect(fixture);
  await peer.secure();
  return peer;
}

it.each([
  ['this century', NOW],
  ['times beyond 2049, which are written in another way', new Date('2045-01-02T03:04:05Z')],
])('a made certificate is what others take for one: %s', async (_when, now) => {
  const text = makeCertificate(['localhost', '127.0.0.1', 'sftp.example.org'], now);
  const certificate = new X509Certificate(text);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect([certificate.checkHost('localhost'), certificate.checkHost('sftp.example.org')]).toEqual(['localhost', 'sftp.example.org']);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('example.org')).toBeUndefined();
  expect(new Date(certificate.validFrom)).toEqual(now);
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(now.getUTCFullYear() + 10);
  expect(new X509Certificate(makeCertificate(['localhost'], now)).serialNumber).not.toBe(certificate.serialNumber);
});

itHaving('curl-ftps')(
  'one of our own is made once, for our eyes only, and a client that was given it trusts the server by its name',
  async () => {
    const fixture = await openFtpsFixture();
    const path = join(fixture.dataDir, 'keys', OWN_CERTIFICATE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(fixture.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('self-signed certificate') as string }),
    );
    const trusted = join(directory, 'trusted.pem');
    writeFileSync(trusted, new X509Certificate(readFileSync(path)).toString());
    const url = `ftp://localhost:${fixture.ftps.port}/`;
    expect(await run('curl', ['-sS', '--ssl-reqd', '--cacert', trusted, '-u', `acme:${PASSWORD}`, url])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await run('curl', ['-sS', '--ssl-reqd', '-u', `acme:${PASSWORD}`, url])).code).toBe(60);

    const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const again = await openCertificate({ files: null, keysDir: join(fixture.dataDir, 'keys'), names: [], log });
    expect(again.fingerprint).toBe(fixture.ftps.fingerprint);
    expect(log.warn).not.toHaveBeenCalled();
    await fixture.stop();
  },
);

it('files that change are used from the next connection on; half a change is not, and no session ends', async () => {
  const certificate = join(directory, 'cert.pem');
  const key = join(directory, 'key.pem');
  const write = (text: string, ...files: readonly string[]): void => files.forEach((file) => writeFileSync(file, text));
  write(makeCertificate(['localhost'], NOW), certificate, key);
  const fixture = await openFtpsFixture({ certificate: { certificate, key } });
  const before = await FtpPeer.logIn(fixture);
  const first = certificateOf(before);

  const renewed = makeCertificate(['localhost'], NOW);
  write(renewed, certificate);
  const meanwhile = await secured(fixture);
  expect(certificateOf(meanwhile)).toBe(first);
  expect(fixture.lines.at(-1)).toMatchObject({
    level: 'warn',
    fields: { reason: expect.stringContaining('does not belong to the key') as string },
  });

  write(renewed, key);
  const after = await FtpPeer.logIn(fixture);
  expect(certificateOf(after)).toBe(new X509Certificate(renewed).fingerprint256);
  expect(certificateOf(after)).not.toBe(first);

  rmSync(key);
  const without = await FtpPeer.logIn(fixture);
  expect(certificateOf(without)).toBe(certificateOf(after));
  expect(await before.put('STOR a.csv', 'a')).toMatch(/^226 /);
  expect(await after.put('STOR b.csv', 'b')).toMatch(/^226 /);
  for (const peer of [before, meanwhile, after, without]) peer.end();
  await fixture.stop();
});

it.each([
  ['is missing', undefined, /cannot be read \(ENOENT\)\. Correct IMPORTS_FTPS_CERT and IMPORTS_FTPS_KEY\.$/],
  ['is no certificate', 'hello', /not PEM files that TLS can use/],
  ["is another key's", makeCertificate(['localhost'], NOW), /does not belong to the key/],
])('a file that %s is told at the start, with what to correct', async (_what, text, message) => {
  const files = { certificate: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  if (text !== undefined) writeFileSync(files.certificate, text);
  writeFileSync(files.key, makeCertificate(['localhost'], NOW));
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const opening = openCertificate({ files, keysDir: directory, names: [], log });
  await expect(opening).rejects.toThrow(ImportsError);
  await expect(opening).rejects.toThrow(message);
});

it('a certificate that ends soon is told in the log', async () => {
  const path = join(directory, 'cert.pem');
  const almostTenYearsAgo = new Date(Date.now() + 5 * 24 * 60 * 60 * 1000);
  almostTenYearsAgo.setUTCFullYear(almostTenYearsAgo.getUTCFullYear() - 10);
  writeFileSync(path, makeCertificate(['localhost'], almostTenYearsAgo));
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  await openCertificate({ files: { certificate: path, key: path }, keysDir: directory, names: [], log });
  expect(log.warn).toHaveBeenCalledTimes(1);
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)('a data connection may go on with the %s session of its control connection', async (version) => {
  const fixture = await openFtpsFixture();
  const peer = await FtpPeer.connect(fixture);
  const ticket = peer.ticket();
  await peer.secure('', version);
  for (const line of ['USER acme', `PASS ${PASSWORD}`, 'PBSZ 0', 'PROT P']) await peer.ask(line);
  const session = await ticket;
  const socket = connect({ host: fixture.ftps.host, port: await peer.port() });
  await once(socket, 'connect');
  await peer.ask('LIST');
  const tls = connectTls({ socket, session, rejectUnauthorized: false, maxVersion: version });
  await once(tls, 'secureConnect');
  expect(tls.isSessionReused()).toBe(true);
  tls.resume();
  expect(await peer.reply()).toMatch(/^226 /);
  peer.end();
  await fixture.stop();
});
