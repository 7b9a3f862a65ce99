// RSA keys, as programs ask about them: what ssh2 answers wrongly is mended (src/sftp/ssh/mend-signatures.ts).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, utils } from 'ssh2';
import { parsePublicKey } from '../../src/door/public-key';
import { SIGNATURES } from '../../src/sftp/ssh/mend-signatures';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { having, run, sshOptions } from './support/run';

const pair = utils.generateKeyPairSync('rsa', { bits: 2048 });
let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
  const account = fixture.accounts.get('acme');
  if (account === undefined) throw new TypeError('There is no account');
  fixture.accounts.set('acme', { ...account, publicKeys: [parsePublicKey(pair.public)] });
});
afterAll(() => fixture.stop());

interface Asking {
  _handlers: Record<string, unknown>;
  authPK(userName: string, key: unknown, algorithm: string): void;
}

/** The algorithm that the answer names; undefined = the key would not do. */
function ask(algorithm: string): Promise<unknown> {
  const client = new Client();
  return new Promise<unknown>((resolve, reject) => {
    const question = (): void => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not in its documented interface
      const protocol = Reflect.get(client, '_protocol') as Asking;
      protocol._handlers = {
        ...protocol._handlers,
        USERAUTH_PK_OK: (_: unknown, named: unknown) => resolve(String(named)),
        USERAUTH_FAILURE: () => resolve(undefined),
      };
      protocol.authPK('acme', utils.parseKey(pair.private), algorithm);
    };
    client.on('error', reject);
    client.connect({ host: fixture.door.host, port: fixture.door.port, username: 'acme', authHandler: question });
  }).finally(() => client.end());
}

it.each(['rsa-sha2-256', 'rsa-sha2-512'])('asked about %s, the answer names it', async (algorithm) => {
  expect(await ask(algorithm)).toBe(algorithm);
});

it('a signature with SHA-1 would not do', async () => {
  expect(await ask('ssh-rsa')).toBeUndefined();
});

having('sftp')('OpenSSH', () => {
  it.each(['rsa-sha2-256', 'rsa-sha2-512'])('logs in with %s alone, and is sent a list that can be read', async (algorithm) => {
    const keyFile = join(fixture.dataDir, `id_${algorithm}`);
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    const { host, port } = fixture.door;
    const options = ['-v', ...sshOptions({ ...fixture, keyFile }), '-o', 'LogLevel=DEBUG1', '-o', `PubkeyAcceptedAlgorithms=${algorithm}`];
    const ran = await run('sftp', ['-b', '-', '-P', String(port), ...options, `acme@${host}`], 'ls\n');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(`server-sig-algs=<${SIGNATURES.join(',')}>`);
  });
});
