// Password hashes, public key lines, and the server's own keys.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { utils } from 'ssh2';
import { ImportsError } from '../../src/errors';
import { generatePassword } from '../../src/door/generate-password';
import { hashPassword, verifyPassword } from '../../src/door/passwords';
import { parsePublicKey } from '../../src/door/public-key';
import { loadHostKeys } from '../../src/sftp/ssh/host-keys';
import { itHaving } from './support/run';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'keys-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function madeLine(type: 'ed25519' | 'ecdsa' | 'rsa', bits = 0): string {
  const file = join(directory, `${type}-${bits}`);
  execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits === 0 ? [] : ['-b', String(bits)]), '-N', '', '-C', 'nightly job', '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8');
}

function rsaField(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, 0, bytes.length >> 8, bytes.length & 255), bytes]);
}

/** ssh-keygen no longer makes one. */
function shortRsaLine(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]);
  const blob = [Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), modulus].map(rsaField);
  return `ssh-rsa ${Buffer.concat(blob).toString('base64')}`;
}

describe('a password', () => {
  it('is kept as argon2id with the parameters of the OWASP cheat sheet', async () => {
    expect(await hashPassword('secret')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('is told from another one', async () => {
    const hash = await hashPassword('secret');
    expect([await verifyPassword(hash, 'secret'), await verifyPassword(hash, 'Secret'), await verifyPassword(hash, '')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is not right when its hash is rubbish', async () => {
    expect(await verifyPassword('rubbish', 'secret')).toBe(false);
  });

  it('is generated long, readable, and never the same', () => {
    const passwords = Array.from({ length: 100 }, generatePassword);
    expect(new Set(passwords).size).toBe(100);
    for (const password of passwords) expect(password).toMatch(/^[a-z2-7]{24}$/);
  });
});

describe('a public key', () => {
  itHaving('ssh-keygen').each([
    ['ed25519', 0, 'ssh-ed25519'],
    ['ecdsa', 256, 'ecdsa-sha2-nistp256'],
    ['ecdsa', 384, 'ecdsa-sha2-nistp384'],
    ['ecdsa', 521, 'ecdsa-sha2-nistp521'],
    ['rsa', 2048, 'ssh-rsa'],
  ] as const)('of type %s %d is read, with the fingerprint that ssh-keygen prints', (type, bits, algorithm) => {
    const key = parsePublicKey(madeLine(type, bits));
    const printed = execFileSync('ssh-keygen', ['-l', '-f', join(directory, `${type}-${bits}.pub`)], { encoding: 'utf8' });
    expect(key).toMatchObject({ algorithm, comment: 'nightly job' });
    expect(printed).toContain(` ${key.fingerprint} `);
  });

  const ED25519 = utils.generateKeyPairSync('ed25519').public;
  it.each<[string, () => string, string]>([
    ['a private key', () => utils.generateKeyPairSync('ed25519').private, 'This is your private key'],
    ['a private key of PuTTY', () => 'PuTTY-User-Key-File-3: ssh-ed25519', 'This is your private key'],
    ['options in front', () => `from="10.0.0.1",no-pty ${ED25519}`, 'begins with options'],
    ['the SSH2 format', () => '---- BEGIN SSH2 PUBLIC KEY ----', 'ssh-keygen -i'],
    ['two keys', () => `${ED25519}\n${ED25519}`, 'more than one line'],
    ['two keys in one line', () => `${ED25519} ${ED25519}`, 'two keys in one line'],
    ['a certificate', () => 'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQ= me', 'This is a certificate'],
    ['another type', () => 'ssh-xmss@openssh.com AAAAFHNzaC14bXNz me', 'type ssh-xmss@openssh.com'],
    ['a DSA key', () => 'ssh-dss AAAAB3NzaC1kc3MAAACBAA== old', 'DSA keys are no longer safe'],
    ['a short RSA key', shortRsaLine, 'RSA keys need 2048 bits'],
    [
      'a security key',
      () => 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t',
      'security keys (sk-…) are not supported',
    ],
    ['a key that lost its end', () => ED25519.slice(0, 50), 'damaged or incomplete'],
    ['a key under another name', () => ED25519.replace('ssh-ed25519', 'ssh-rsa'), 'damaged or incomplete'],
    ['a name without a key', () => 'ssh-ed25519', 'damaged or incomplete'],
    ['nothing', () => '', 'This is not a public key'],
    ['a sentence', () => 'please add my key', 'This is not a public key'],
  ])('is refused when it is %s, with what to send instead', (_what, make, why) => {
    const text = make();
    const parse = (): unknown => parsePublicKey(text);
    expect(parse).toThrow(ImportsError);
    expect(parse).toThrow(why);
    expect(parse).toThrow('Send the one line of the .pub file');
  });
});

describe('the host keys', () => {
  it('are made once, readable by nobody else, and then stay', async () => {
    const first = await loadHostKeys(directory);
    const files = ['ssh_host_ecdsa_key', 'ssh_host_ed25519_key', 'ssh_host_rsa_key'];
    expect(readdirSync(directory).toSorted()).toEqual(files);
    expect(files.map((file) => statSync(join(directory, file)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    expect((await loadHostKeys(directory)).fingerprints).toEqual(first.fingerprints);
  });

  itHaving('ssh-keygen')('have the lengths and fingerprints that ssh-keygen prints', async () => {
    const { fingerprints } = await loadHostKeys(directory);
    const printed = ['ssh_host_ecdsa_key', 'ssh_host_ed25519_key', 'ssh_host_rsa_key'].map((file) =>
      execFileSync('ssh-keygen', ['-l', '-f', join(directory, file)], { encoding: 'utf8' })
        .split(' ')
        .slice(0, 2),
    );
    expect(printed.map(([bits]) => bits)).toEqual(['256', '256', '3072']);
    expect(new Set(fingerprints.map((fingerprint) => fingerprint.split(' ')[1]))).toEqual(new Set(printed.map(([, print]) => print)));
  });

  it('are the same for all servers that start at the same moment', async () => {
    const [one, ...others] = await Promise.all(Array.from({ length: 4 }, () => loadHostKeys(directory)));
    for (const other of others) expect(other.fingerprints).toEqual(one?.fingerprints);
    expect(readdirSync(directory)).toHaveLength(3);
  });

  it('leave no draft behind, also when a process was killed while it wrote one', async () => {
    const draft = 'ssh_host_ed25519_key.0f8fad5b-d9cb-469f-a165-70867728950e';
    writeFileSync(join(directory, draft), 'a private key, or half of one', { mode: 0o600 });
    const { fingerprints } = await loadHostKeys(directory);
    expect(readdirSync(directory)).toHaveLength(3);
    writeFileSync(join(directory, draft), 'left behind by a server that another one overtook', { mode: 0o600 });
    expect((await loadHostKeys(directory)).fingerprints).toEqual(fingerprints);
    expect(readdirSync(directory)).toHaveLength(3);
  });

  it('are made again when ssh2 wrote one that nobody can read, as it does now and then', async () => {
    const rubbish = ((...args: readonly unknown[]) => {
      const done = args.at(-1) as (error: null, pair: { private: string }) => void;
      done(null, { private: 'rubbish' });
    }) as never;
    const made = jest.spyOn(utils, 'generateKeyPair').mockImplementationOnce(rubbish);
    expect((await loadHostKeys(directory)).keys).toHaveLength(3);
    // One try more than keys; another for each key that ssh2 itself got wrong meanwhile.
    expect(made.mock.calls.length).toBeGreaterThanOrEqual(4);
    made.mockRestore();
  });

  it('are never replaced when one cannot be read', async () => {
    const file = join(directory, 'ssh_host_rsa_key');
    writeFileSync(file, 'cut off');
    chmodSync(file, 0o600);
    await expect(loadHostKeys(directory)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining('Restore it from the backup'),
    });
    expect(readFileSync(file, 'utf8')).toBe('cut off');
  });
});
