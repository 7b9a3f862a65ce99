import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config';
import { settings } from '../../src/config/settings';
import { ImportsError } from '../../src/errors';

const SECRET = 'whsec_vC7y0lF1mXv2bJ3cZk9sQ8rT5wE6uY4iO1pA2sD3fG8=';

function problemsOf(env: Readonly<Record<string, string>>): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ImportsError);
    expect((error as ImportsError).code).toBe('CONFIG');
    return (error as ImportsError).message;
  }
  return '';
}

test('names every problem at once, not the first', () => {
  const message = problemsOf({
    MONGODB_URI: 'postgres://db',
    SMTP_URL: 'mail.example',
    TEMPORAL_ADDRESS: 'temporal.example',
    IMPORTS_SFTP_PORT: '70000',
    IMPORTS_QUIET_SECONDS: 'soon',
    IMPORTS_LOG_LEVEL: 'loud',
    IMPORTS_SFTP_PROT: '2222',
  });
  for (const name of ['MONGODB_URI', 'SMTP_URL', 'TEMPORAL_ADDRESS', 'IMPORTS_SFTP_PORT', 'IMPORTS_QUIET_SECONDS', 'IMPORTS_LOG_LEVEL'])
    expect(message).toContain(`${name} is n`);
  expect(message).toContain('IMPORTS_SFTP_PROT is not a setting');
});

test('does not repeat a wrong value, which may hold a password', () => {
  expect(problemsOf({ SMTP_URL: 'imap://user:hunter2@mail.example' })).not.toContain('hunter2');
});

test.each([
  ['IMPORTS_SFTP_PORT', '65536'],
  ['IMPORTS_SFTP_PORT', '-1'],
  ['IMPORTS_SFTP_PORT', '22.5'],
  ['IMPORTS_FTPS_PORT', 'on'],
  ['IMPORTS_FTPS_PASSIVE_PORTS', '50100-50000'],
  ['IMPORTS_FTPS_PASSIVE_PORTS', '50000'],
  ['IMPORTS_FTPS_PASSIVE_PORTS', '0-100'],
  ['IMPORTS_FTPS_PUBLIC_ADDRESS', 'ftp.example.org'],
  ['IMPORTS_FTPS_CERT', 'cert.pem'],
  ['IMPORTS_QUIET_SECONDS', '-1'],
  ['IMPORTS_QUIET_SECONDS', '1e3'],
  ['IMPORTS_MAIL_FROM', 'Imports <imports@parking.example>'],
  ['IMPORTS_TEMPORAL_UI_URL', 'temporal-ui.example'],
  ['TEMPORAL_ADDRESS', 'http://temporal.example:7233'],
  ['IMPORTS_WEBHOOK_URL', 'hooks.example'],
  ['IMPORTS_WEBHOOK_URL', 'https://user:password@hooks.example/'],
  ['IMPORTS_WEBHOOK_URL', 'ftp://hooks.example/'],
  ['IMPORTS_WEBHOOK_SECRET', 'vC7y0lF1mXv2bJ3cZk9sQ8rT5wE6uY4iO1pA2sD3fG8='],
  ['IMPORTS_WEBHOOK_SECRET', 'whsec_c2hvcnQ='],
  ['IMPORTS_WEBHOOK_SECRET', 'whsec_not base64'],
  ['IMPORTS_WEBHOOK_SECRET', `${SECRET},${SECRET}`],
  ['IMPORTS_WEBHOOK_PRIVATE', 'yes'],
])('refuses %s=%s', (name, value) => {
  expect(problemsOf({ [name]: value })).toContain(name);
});

test('a receiver of webhooks needs a secret, and https unless private addresses will do', () => {
  expect(problemsOf({ IMPORTS_WEBHOOK_URL: 'https://hooks.example/' })).toContain('IMPORTS_WEBHOOK_URL needs IMPORTS_WEBHOOK_SECRET');
  const plain = { IMPORTS_WEBHOOK_URL: 'http://127.0.0.1:8787/', IMPORTS_WEBHOOK_SECRET: SECRET };
  expect(problemsOf(plain)).toContain('IMPORTS_WEBHOOK_URL must be https://, unless IMPORTS_WEBHOOK_PRIVATE is on');
  expect(loadConfig({ ...plain, IMPORTS_WEBHOOK_PRIVATE: 'on' }).webhooks).toMatchObject({
    url: plain.IMPORTS_WEBHOOK_URL,
    allowsPrivate: true,
  });
  expect(loadConfig({}).webhooks).toEqual({ url: null, secrets: [], allowsPrivate: false });
});

test('several secrets are read in their order, the newest first', () => {
  const [newest, older] = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)].map((key) => `whsec_${key.toString('base64')}`);
  const { secrets } = loadConfig({ IMPORTS_WEBHOOK_SECRET: `${newest}, ${older}` }).webhooks;
  expect(secrets.map((secret) => [secret.length, secret[0]])).toEqual([
    [32, 1],
    [24, 2],
  ]);
});

test('a blank variable counts as not set', () => {
  expect(loadConfig({ MONGODB_URI: '', SMTP_URL: ' ', IMPORTS_SFTP_PORT: '' })).toMatchObject({
    mongodbUri: undefined,
    smtpUrl: undefined,
    sftp: { port: 2222 },
  });
});

test('reads what is given', () => {
  const config = loadConfig(
    {
      HOME: '/home/ops',
      IMPORTS_DATA_DIR: 'files',
      MONGODB_URI: 'mongodb+srv://user:secret@db.example/imports?w=majority',
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'parking',
      IMPORTS_SFTP_HOST: '0.0.0.0',
      IMPORTS_SFTP_PORT: '0',
      IMPORTS_QUIET_SECONDS: '0.25',
    },
    '/srv',
  );
  expect(config).toMatchObject({
    dataDir: '/srv/files',
    cacheDir: '/home/ops/.cache/managed-user-import',
    mongodbUri: 'mongodb+srv://user:secret@db.example/imports?w=majority',
    temporal: { address: 'temporal.example:7233', namespace: 'parking', uiUrl: null },
    sftp: { host: '0.0.0.0', port: 0 },
    quietMs: 250,
  });
});

test('FTPS is off, and on when it has a port', () => {
  expect(loadConfig({ IMPORTS_FTPS_HOST: '0.0.0.0' }).ftps).toBeNull();
  const passivePorts = { from: 50_000, to: 50_100 };
  const usual = { host: '127.0.0.1', port: 2121, certificate: null, passivePorts, publicAddress: null };
  expect(loadConfig({ IMPORTS_FTPS_PORT: '2121' }).ftps).toEqual(usual);
  const given = {
    IMPORTS_FTPS_CERT: 'c.pem',
    IMPORTS_FTPS_KEY: '/k.pem',
    IMPORTS_FTPS_PASSIVE_PORTS: '0',
    IMPORTS_FTPS_PUBLIC_ADDRESS: '203.0.113.10',
  };
  expect(loadConfig({ IMPORTS_FTPS_PORT: '0', ...given }, '/srv').ftps).toEqual({
    ...usual,
    port: 0,
    certificate: { certificate: '/srv/c.pem', key: '/k.pem' },
    passivePorts: { from: 0, to: 0 },
    publicAddress: '203.0.113.10',
  });
});

describe('.env.example', () => {
  const text = readFileSync(path.join(__dirname, '../../.env.example'), 'utf8');
  const lines = [...text.matchAll(/^(#?)([A-Z_]+)=(.*)$/gm)].map(([, off, name = '', value = '']) => ({ off: off === '#', name, value }));
  const environment = (chosen: typeof lines) => Object.fromEntries(chosen.map(({ name, value }) => [name, value]));

  test('shows every setting, and nothing else', () => {
    expect(lines.map(({ name }) => name).sort()).toEqual(Object.keys(settings.shape).sort());
  });

  test('shows the defaults', () => {
    const { env: _shown, ...shown } = loadConfig(environment(lines.filter(({ off }) => !off)));
    const { env: _none, ...usual } = loadConfig({});
    expect(shown).toEqual(usual);
    for (const { off, name } of lines)
      expect([name, off]).toEqual([name, settings.shape[name as keyof typeof settings.shape].isOptional() && off]);
  });

  test('gives examples that are accepted', () => {
    expect(problemsOf(environment(lines))).toBe('');
  });
});
