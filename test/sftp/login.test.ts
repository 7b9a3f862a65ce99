// Who gets in, who does not, and what is written down about it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ConnectConfig } from 'ssh2';
import { parsePublicKey } from '../../src/door/public-key';
import { connect } from './support/connect';
import { keyPair, openFixture, type Fixture } from './support/front-door-fixture';
import { having, run, sftp, sshOptions } from './support/run';
import { until } from './support/until';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.stop());
afterEach(() => {
  change('acme', { enabled: true });
  fixture.lines.length = 0;
});

function change(userName: string, changed: { enabled?: boolean; passwordHash?: null }): void {
  const account = fixture.accounts.get(userName);
  if (account === undefined) throw new Error(`${userName} is no account`);
  fixture.accounts.set(userName, { ...account, ...changed });
}

async function results(options: ConnectConfig): Promise<unknown[]> {
  const outcome = await connect(fixture, options).then(
    (client) => (client.end(), 'in'),
    () => 'out',
  );
  const logged = fixture.lines.filter(({ message }) => message.startsWith('Login')).map(({ fields }) => fields['result']);
  return [outcome, ...logged];
}

const byKey = (privateKey: string | Buffer = readFileSync(fixture.keyFile)): ConnectConfig => ({
  privateKey,
  authHandler: ['publickey'],
});

it('lets in by password, and notes when', async () => {
  const before = Date.now();
  expect(await results({})).toEqual(['in', 'ok']);
  expect(fixture.lines.find(({ message }) => message === 'Login')).toMatchObject({
    level: 'info',
    fields: { account: 'acme', clientId: 'acme', method: 'password', result: 'ok', ip: '127.0.0.1' },
  });
  await until('the login is noted', () => (fixture.accounts.get('acme')?.lastLoginAt?.getTime() ?? 0) >= before);
});

it('lets in by key', async () => {
  expect(await results(byKey())).toEqual(['in', 'ok']);
});

it('refuses a wrong password, an unknown account, and an overlong password, and takes a second for each', async () => {
  for (const [options, result] of [
    [{ password: 'wrong' }, 'wrong-password'],
    [{ username: 'nobody' }, 'unknown-account'],
    [{ password: 'x'.repeat(2000) }, 'wrong-password'],
  ] as const) {
    fixture.lines.length = 0;
    const started = performance.now();
    expect(await results(options)).toEqual(['out', result]);
    expect(performance.now() - started).toBeGreaterThan(990);
  }
});

it('refuses a key that the account does not have', async () => {
  const other = keyPair();
  expect(await results(byKey(other.private))).toEqual(['out', 'unknown-key']);
});

it('refuses a disabled account and an account of a disabled client, by password and by key', async () => {
  change('acme', { enabled: false });
  expect(await results({})).toEqual(['out', 'disabled']);
  fixture.lines.length = 0;
  expect(await results(byKey())).toEqual(['out', 'disabled']);
  change('acme', { enabled: true });
  const client = fixture.clients.get('acme');
  if (client === undefined) throw new Error('no client');
  fixture.clients.set('acme', { ...client, enabled: false });
  fixture.lines.length = 0;
  expect(await results({})).toEqual(['out', 'disabled']);
  fixture.clients.set('acme', client);
});

it('refuses every password to an account that has none', async () => {
  change('globex', { passwordHash: null });
  expect(await results({ username: 'globex', password: '' })).toEqual(['out', 'wrong-password']);
});

const insist = (_left: unknown, _partial: unknown, next: (method: object) => void): void =>
  next({ type: 'password', username: 'acme', password: 'wrong' });

it('ends a connection after six failures, and looks at no seventh attempt', async () => {
  await expect(connect(fixture, { authHandler: insist } as ConnectConfig)).rejects.toThrow('The server ended the connection');
  expect(fixture.lines.filter(({ message }) => message === 'Login refused')).toHaveLength(6);
});

it('writes down neither passwords nor the names of unknown accounts', async () => {
  await results({ username: 'my-secret', password: 'hunter2' });
  const written = JSON.stringify(fixture.lines);
  expect(written).toContain('unknown-account');
  expect(written).not.toMatch(/my-secret|hunter2|correct horse/);
});

it('lets nobody in while accounts cannot be read, and says so in the log', async () => {
  const get = fixture.accounts.get.bind(fixture.accounts);
  fixture.accounts.get = () => {
    throw new Error('no database');
  };
  expect(await results({})).toEqual(['out']);
  fixture.accounts.get = get;
  expect(fixture.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'Deciding on a login failed' }));
});

having('sftp')('an RSA key', () => {
  it('is accepted with SHA-2 and refused with SHA-1', async () => {
    const file = `${fixture.keyFile}-rsa`;
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', file]);
    const account = fixture.accounts.get('acme');
    if (account === undefined) throw new Error('no account');
    const rsa = parsePublicKey(readFileSync(`${file}.pub`, 'utf8'));
    fixture.accounts.set('acme', { ...account, publicKeys: [rsa] });
    const own = { ...fixture, door: fixture.door, keyFile: file };
    expect(await sftp(own, ['pwd'])).toMatchObject({ code: 0 });
    const { host, port } = fixture.door;
    const sha1 = await run('sftp', [
      '-b',
      '/dev/null',
      '-P',
      String(port),
      ...sshOptions(own),
      '-o',
      'PubkeyAcceptedAlgorithms=ssh-rsa',
      `acme@${host}`,
    ]);
    expect(sha1).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    fixture.accounts.set('acme', account);
  });
});

const negotiated = (algorithms: ConnectConfig['algorithms']): Promise<void> =>
  connect(fixture, { algorithms } as ConnectConfig).then((client) => void client.end());

describe('the handshake', () => {
  it.each([['ssh-ed25519'], ['ecdsa-sha2-nistp256'], ['rsa-sha2-512'], ['rsa-sha2-256']] as const)(
    'offers a host key of type %s',
    async (type) => {
      await negotiated({ serverHostKey: [type] });
    },
  );

  it.each([
    ['an SHA-1 host key', { serverHostKey: ['ssh-rsa'] }],
    ['group exchange, which it cannot do', { kex: ['diffie-hellman-group-exchange-sha256'] }],
    ['SHA-1 MACs', { hmac: ['hmac-sha1'], cipher: ['aes128-ctr'] }],
    ['compression before login', { compress: ['zlib'] }],
  ] as const)('does not offer %s', async (_what, algorithms) => {
    await expect(negotiated(algorithms as unknown as ConnectConfig['algorithms'])).rejects.toThrow(/no matching/i);
  });

  it('does not tell which software answers', async () => {
    const { createConnection } = await import('node:net');
    const socket = createConnection({ host: fixture.door.host, port: fixture.door.port });
    const greeting = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? '')));
    socket.destroy();
    expect(greeting).toBe('SSH-2.0-ManagedUserImport');
  });
});
