import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anAccount, aWorld, imports } from './fake-deps';

type Refused = readonly [why: string, args: string[], err: string];
const PRIVATE_KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n';

const KEY = { algorithm: 'ssh-ed25519', blob: 'AAAA1', comment: 'hr@acme', fingerprint: 'SHA256:AAAA1' };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imports-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('account add', () => {
  test('with a generated password shows it once and stores only its hash', async () => {
    const { code, out, world } = await imports(aWorld({ columns: 80 }), 'account', 'add', 'acme', 'acme-hr', '--generate-password');
    expect(code).toBe(0);
    expect(world.accounts).toEqual([anAccount('acme-hr', 'acme', { passwordHash: 'hash of correct-horse-battery' })]);
    expect(out).toBe(`Account   acme-hr
Client    acme
Enabled   yes
Password  set

Password: correct-horse-battery
It is shown this once and cannot be read again.
`);
  });

  test('as JSON gives the password and never the hash', async () => {
    const { out } = await imports(aWorld(), 'account', 'add', 'acme', 'acme', '--generate-password', '--json');
    expect(JSON.parse(out)).toEqual({
      userName: 'acme',
      clientId: 'acme',
      hasPassword: true,
      publicKeys: [],
      enabled: true,
      lastLoginAt: null,
      lastLoginFrom: null,
      password: 'correct-horse-battery',
    });
  });

  test('reads a password from standard input and does not show it', async () => {
    const { code, out, world } = await imports(
      aWorld({ stdin: 'twelve chars\r\n' }),
      'account',
      'add',
      'acme',
      'acme',
      '--password-stdin',
      '--json',
    );
    expect(code).toBe(0);
    expect(world.accounts[0]?.passwordHash).toBe('hash of twelve chars');
    expect(out).not.toContain('twelve');
  });

  test('reads public keys from files, each once, comments and blank lines aside', async () => {
    const one = file('one.pub', 'ssh-ed25519 AAAA1 hr@acme\n');
    const several = file('authorized_keys', '# ours\n\nssh-ed25519 AAAA1 hr@acme\nssh-rsa AAAA2\n');
    const { code, out, world } = await imports(
      aWorld({ columns: 80 }),
      'account',
      'add',
      'acme',
      'acme',
      '--public-key',
      one,
      '--public-key',
      several,
    );
    expect(code).toBe(0);
    const second = { algorithm: 'ssh-rsa', blob: 'AAAA2', comment: '', fingerprint: 'SHA256:AAAA2' };
    expect(world.accounts).toEqual([anAccount('acme', 'acme', { publicKeys: [KEY, second] })]);
    expect(out).toBe(`Account   acme
Client    acme
Enabled   yes
Password  none
Key       ssh-ed25519 SHA256:AAAA1 hr@acme
Key       ssh-rsa SHA256:AAAA2
`);
  });

  const refused: readonly Refused[] = [
    [
      'no way to log in',
      [],
      'The account could not log in. Give at least one of --generate-password, --password-stdin and --public-key FILE',
    ],
    ['two passwords', ['--generate-password', '--password-stdin'], 'Give one of --generate-password and --password-stdin, not both'],
  ];
  test.each(refused)('refuses %s', async (_, args, expected) => {
    const { code, err, world } = await imports(aWorld({ stdin: 'twelve chars' }), 'account', 'add', 'acme', 'acme', ...args);
    expect([code, err]).toEqual([2, `error: ${expected}\n`]);
    expect([world.opened, world.accounts]).toEqual([false, []]);
  });

  const passwords: readonly (readonly [what: string, stdin: string, expected: RegExp])[] = [
    ['short', 'hunter2\n', /at least 12 characters/],
    ['too long', 'x'.repeat(1025), /at most 1024 bytes/],
    ['of two lines', 'twelve chars\nmore\n', /one line without control characters/],
  ];
  test.each(passwords)('refuses a password that is %s', async (_, stdin, expected) => {
    const { code, err, world } = await imports(aWorld({ stdin }), 'account', 'add', 'acme', 'acme', '--password-stdin');
    expect([code, world.accounts]).toEqual([2, []]);
    expect(err).toMatch(expected);
    expect(err).not.toContain(stdin.trim());
  });

  const keyFiles: readonly (readonly [what: string, content: string | undefined, expected: RegExp])[] = [
    ['is not there', undefined, /^error: The public key file .*x\.pub cannot be read\. Check its name/],
    ['is a private key', PRIVATE_KEY, /x\.pub is a private key: it must never leave its owner/],
    ['is empty', '\n# nothing\n', /x\.pub holds no public key/],
    [
      'has a line that is no key',
      'ssh-ed25519 AAAA1\nnonsense\n',
      /^error: Line 2 of .*x\.pub: The public key cannot be used\. This is not a public key\.\n$/,
    ],
  ];
  test.each(keyFiles)('refuses a key file that %s', async (_, content, expected) => {
    const path = content === undefined ? join(folder, 'none', 'x.pub') : file('x.pub', content);
    const { code, err, world } = await imports(aWorld(), 'account', 'add', 'acme', 'acme', '--public-key', path);
    expect([code, world.accounts]).toEqual([2, []]);
    expect(err).toMatch(expected);
  });

  test.each(['', '-acme', 'a b', 'a/b', 'a\nb', 'x'.repeat(65)])('refuses the user name %j', async (userName) => {
    const { code, world } = await imports(aWorld(), 'account', 'add', '--generate-password', '--', 'acme', userName);
    expect([code, world.accounts]).toEqual([2, []]);
  });

  test('refuses a user name that another client has', async () => {
    const world = aWorld({ accounts: [anAccount('hr', 'zenith')] });
    const { code, err } = await imports(world, 'account', 'add', 'acme', 'hr', '--generate-password');
    expect([code, err]).toEqual([
      1,
      'error: The user name hr is taken by client zenith: user names are unique over all clients. Take another, e.g. acme-hr\n',
    ]);
    expect(world.accounts).toEqual([anAccount('hr', 'zenith')]);
  });

  test('refuses an unknown client', async () => {
    const { code, err } = await imports(aWorld(), 'account', 'add', 'acmee', 'hr', '--generate-password');
    expect([code, err]).toEqual([1, 'error: There is no client acmee; did you mean acme?\nSee all with: imports client list\n']);
  });
});

describe('account list', () => {
  const accounts = [
    anAccount('zed', 'zenith', { enabled: false, publicKeys: [KEY] }),
    anAccount('acme', 'acme', {
      passwordHash: '$argon2id$secret',
      lastLoginAt: new Date('2026-11-20T18:00:00Z'),
      knownPlaces: [{ address: '203.0.113.7', at: new Date('2026-11-20T18:00:00Z') }],
    }),
  ];

  test('shows who can log in and how, times local', async () => {
    const { out } = await imports(aWorld({ accounts, columns: 80 }), 'account', 'list');
    expect(out).toBe(`ACCOUNT  CLIENT  ENABLED  PASSWORD  KEYS  LAST LOGIN        FROM
acme     acme    yes      set          0  2026-11-20 13:00  203.0.113.7
zed      zenith  no       none         1  never

KEY OF  TYPE         FINGERPRINT   COMMENT
zed     ssh-ed25519  SHA256:AAAA1  hr@acme
`);
  });

  test('of one client as JSON, without hashes, times in ISO', async () => {
    const { out } = await imports(aWorld({ accounts }), 'account', 'list', 'acme', '--json');
    expect(JSON.parse(out)).toEqual([
      {
        userName: 'acme',
        clientId: 'acme',
        hasPassword: true,
        publicKeys: [],
        enabled: true,
        lastLoginAt: '2026-11-20T18:00:00.000Z',
        lastLoginFrom: '203.0.113.7',
      },
    ]);
    expect(out).not.toContain('argon2');
  });

  test('that is empty says how to begin', async () => {
    const { code, out } = await imports(aWorld(), 'account', 'list', 'acme');
    expect([code, out]).toEqual([0, 'There are no accounts yet. Add one with:\nimports account add acme USER --generate-password\n']);
    expect((await imports(aWorld(), 'account', 'list', '--json')).out).toBe('[]\n');
  });
});

const withPassword = () => [anAccount('acme', 'acme', { passwordHash: 'old', publicKeys: [KEY] })];

describe('account passwd', () => {
  test('replaces the password and keeps the keys', async () => {
    const { code, out, world } = await imports(aWorld({ accounts: withPassword() }), 'account', 'passwd', 'acme', '--generate-password');
    expect(code).toBe(0);
    expect(out).toContain('Password: correct-horse-battery\nIt is shown this once');
    expect(world.accounts).toEqual([anAccount('acme', 'acme', { passwordHash: 'hash of correct-horse-battery', publicKeys: [KEY] })]);
  });

  test('takes one from standard input', async () => {
    const { out, world } = await imports(
      aWorld({ accounts: withPassword(), stdin: 'a longer one' }),
      'account',
      'passwd',
      'acme',
      '--password-stdin',
    );
    expect(out).toContain('The password is changed.');
    expect(world.accounts[0]?.passwordHash).toBe('hash of a longer one');
  });

  test('needs to know where the password comes from', async () => {
    const { code, err, world } = await imports(aWorld({ accounts: withPassword() }), 'account', 'passwd', 'acme');
    expect([code, err]).toEqual([2, 'error: Say where the password comes from: --generate-password or --password-stdin\n']);
    expect(world.accounts).toEqual(withPassword());
  });

  test('of an unknown account is not found, with the one that was meant', async () => {
    const { code, err } = await imports(aWorld({ accounts: withPassword() }), 'account', 'passwd', 'acne', '--generate-password');
    expect([code, err]).toEqual([1, 'error: There is no account acne; did you mean acme?\nSee all with: imports account list\n']);
  });
});

test('account disable and enable change this login only', async () => {
  const world = aWorld({ accounts: [anAccount('a1', 'acme'), anAccount('a2', 'acme')] });
  const off = await imports(world, 'account', 'disable', 'a1');
  expect([off.code, off.out]).toEqual([0, 'Account a1 of client acme cannot log in any more.\n']);
  expect(world.accounts).toEqual([anAccount('a1', 'acme', { enabled: false }), anAccount('a2', 'acme')]);
  const on = await imports(world, 'account', 'enable', 'a1', '--json');
  expect(JSON.parse(on.out)).toMatchObject({ userName: 'a1', enabled: true });
  expect(world.accounts[0]?.enabled).toBe(true);
  expect((await imports(world, 'account', 'disable', 'nobody')).code).toBe(1);
});

describe('account key', () => {
  const OTHER = { algorithm: 'ssh-rsa', blob: 'AAAA2', comment: '', fingerprint: 'SHA256:AAAA2' };

  test('add gives a further key and leaves the others and the password, so that a client can change over', async () => {
    const { code, out, world } = await imports(
      aWorld({ accounts: withPassword(), columns: 80 }),
      'account',
      'key',
      'add',
      'acme',
      file('second.pub', 'ssh-rsa AAAA2\n'),
    );
    expect(code).toBe(0);
    expect(world.accounts).toEqual([anAccount('acme', 'acme', { passwordHash: 'old', publicKeys: [KEY, OTHER] })]);
    expect(out).toContain('Key       ssh-rsa SHA256:AAAA2\n\nAdded: SHA256:AAAA2\n');
  });

  test('add of a key that it has changes nothing and says so', async () => {
    const path = file('same.pub', 'ssh-ed25519 AAAA1 hr@acme\n');
    const { code, out, world } = await imports(aWorld({ accounts: withPassword() }), 'account', 'key', 'add', 'acme', path);
    expect([code, world.accounts]).toEqual([0, withPassword()]);
    expect(out).toContain('It had this key already.');
  });

  test('add refuses what is no key before it looks for the account', async () => {
    const path = file('x.pub', PRIVATE_KEY);
    const { code, err, world } = await imports(aWorld({ accounts: withPassword() }), 'account', 'key', 'add', 'acme', path);
    expect([code, world.opened]).toEqual([2, false]);
    expect(err).toContain('is a private key');
  });

  test.each(['SHA256:AAAA1', 'AAAA1'])('remove takes the key with the fingerprint %s away', async (fingerprint) => {
    const accounts = [anAccount('acme', 'acme', { publicKeys: [KEY, OTHER] })];
    const { code, out, world } = await imports(aWorld({ accounts }), 'account', 'key', 'remove', 'acme', fingerprint);
    expect([code, world.accounts]).toEqual([0, [anAccount('acme', 'acme', { publicKeys: [OTHER] })]]);
    expect(out).toContain('Removed: SHA256:AAAA1');
    expect(out).not.toContain('cannot log in');
  });

  test('remove of the last way in does it, and says how to give another one', async () => {
    const accounts = [anAccount('acme', 'acme', { publicKeys: [KEY] })];
    const { code, out } = await imports(aWorld({ accounts }), 'account', 'key', 'remove', 'acme', 'SHA256:AAAA1');
    expect(code).toBe(0);
    expect(out).toContain('It cannot log in any more. Give it a key or a password: imports account key add acme FILE');
  });

  test('remove of an unknown fingerprint says which there are', async () => {
    const { code, err, world } = await imports(aWorld({ accounts: withPassword() }), 'account', 'key', 'remove', 'acme', 'SHA256:nope');
    expect([code, world.accounts]).toEqual([1, withPassword()]);
    expect(err).toBe(
      'error: Account acme has no key with the fingerprint SHA256:nope. Its keys are:\nSHA256:AAAA1\nSee all with: imports account list acme\n',
    );
  });
});
