// docker-compose.yml and the Dockerfile against what they must agree with: the Compose specification, our settings, our programs, and
// the settings of the embedded Temporal server. No container is started here.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { loadConfig } from '../../src/config/load-config';
import { settings } from '../../src/config/settings';
import * as searchAttributes from '../../workflows/search-attributes';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly init?: boolean;
  readonly stop_grace_period?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const root = path.join(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const yaml = createRequire(__filename)('js-yaml') as { load(text: string): unknown };
const compose = yaml.load(read('docker-compose.yml')) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);

/** `${NAME:-default}` as it reads where NAME is not set. */
const asDefault = (text: string): string => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
const environmentOf = (service: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(service.environment ?? {}).map(([name, value]) => [name, asDefault(value)]));

test('is a Compose file', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    JSON.parse(read('test/guards/compose-spec.schema.json')) as object,
  );
  validate(yaml.load(read('docker-compose.yml')));
  expect(validate.errors).toBeNull();
});

test('is refused by that check when a key is misspelt', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    JSON.parse(read('test/guards/compose-spec.schema.json')) as object,
  );
  expect(validate({ services: { worker: { imagee: 'x' } } })).toBe(false);
});

test('publishes every port on this machine only', () => {
  const published = services.flatMap(([, service]) => service.ports ?? []).map(asDefault);
  expect(published.length).toBeGreaterThan(5);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
});

test('pins every image to a version', () => {
  const images = services.filter(([, service]) => service.build === undefined).map(([, service]) => service.image ?? '');
  const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? '');
  expect(bases).toHaveLength(2);
  for (const image of [...images, ...bases]) expect(image).toMatch(/^[a-z][a-z0-9/-]*:v?\d+[\w.-]*$/);
});

test('depends on, and mounts, only what is there', () => {
  for (const [, service] of services) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const target = compose.services[other];
      expect(target).toBeDefined();
      if (condition === 'service_healthy') expect([other, target?.healthcheck]).toEqual([other, expect.any(Object)]);
    }
    for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty([volume.split(':')[0] ?? '']);
  }
});

describe.each(ours)('our service %s', (_name, service) => {
  test('runs a program that the build makes', () => {
    const program = [...(service.entrypoint ?? []), ...(service.command ?? [])].find((word) => word.startsWith('dist/')) ?? '';
    expect(program).toMatch(/^dist\/src\/processes\/[\w-]+\.js$/);
    expect(existsSync(path.join(root, program.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  test('has an environment that the settings accept, of names that they know', () => {
    const environment = environmentOf(service);
    expect(Object.keys(environment).filter((name) => !(name in settings.shape))).toEqual([]);
    const config = loadConfig(environment);
    expect(config.dataDir).toBe('/data');
    expect([config.mongodbUri, config.temporal.address, config.smtpUrl]).not.toContain(undefined);
  });

  test('talks to services by names and ports that are there', () => {
    const { MONGODB_URI = '', TEMPORAL_ADDRESS = '', SMTP_URL = '' } = environmentOf(service);
    expect(compose.services).toHaveProperty([new URL(MONGODB_URI).hostname]);
    expect(compose.services).toHaveProperty([TEMPORAL_ADDRESS.replace(/:7233$/, '')]);
    expect(compose.services).toHaveProperty([new URL(SMTP_URL).hostname]);
  });

  test('is given time to end in order', () => {
    expect(service).toMatchObject({ init: true, stop_grace_period: '60s', volumes: ['imports-data:/data'] });
  });
});

test.each([
  ['worker', 'IMPORTS_WORKER_METRICS_PORT'],
  ['sftp', 'IMPORTS_SFTP_METRICS_PORT'],
])('%s is asked for its health on the port of %s, which is not published', (name, setting) => {
  const service = compose.services[name] ?? {};
  const port = environmentOf(service)[setting];
  expect(port).toMatch(/^\d+$/);
  expect(JSON.stringify(service.healthcheck)).toContain(`http://127.0.0.1:${port}/healthz`);
  expect((service.ports ?? []).filter((published) => published.includes(port ?? ''))).toEqual([]);
});

test('the front door listens inside its container on the port that is published', () => {
  const { sftp } = loadConfig(environmentOf(compose.services['sftp'] ?? {}));
  expect(sftp.host).toBe('0.0.0.0');
  expect(compose.services['sftp']?.ports?.map(asDefault)).toEqual([`127.0.0.1:2222:${sftp.port}`]);
  expect(read('Dockerfile')).toContain(`EXPOSE ${sftp.port}\n`);
});

test('the doctor looks for the front door where it is', () => {
  const { sftp } = loadConfig(environmentOf(compose.services['imports'] ?? {}));
  expect(compose.services).toHaveProperty([sftp.host]);
  expect(compose.services[sftp.host]?.ports?.map(asDefault)).toEqual([`127.0.0.1:2222:${sftp.port}`]);
});

test('every setting can be given, but for those of FTPS, of embedded services and of other programs', () => {
  const given = new Set(ours.flatMap(([, service]) => Object.keys(service.environment ?? {})));
  const elsewhere = /^IMPORTS_(FTPS_.*|CODEC_PORT|(MONGO|TEMPORAL|TEMPORAL_UI|SMTP)_PORT)$/;
  expect(Object.keys(settings.shape).filter((name) => !given.has(name) && !elsewhere.test(name))).toEqual([]);
});

test('whoever sends webhooks, or tries them, gets their secret, and the front door does not', () => {
  const having = ours.filter(([, service]) => 'IMPORTS_WEBHOOK_SECRET' in environmentOf(service)).map(([name]) => name);
  expect(having.toSorted()).toEqual(['imports', 'worker']);
});

/** Values of the flag in the dev server's command, sorted. */
const flags = (name: string): string[] =>
  (compose.services['temporal']?.command ?? [])
    .filter((word) => word.startsWith(`--${name}=`))
    .map((word) => word.slice(name.length + 3))
    .toSorted();

describe('Temporal', () => {
  const embedded = read('src/embedded/temporal.ts');
  /** The strings of `const NAME = [...]`. */
  const listOf = (name: string): string[] => {
    const [, list = ''] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(embedded) ?? [];
    return [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
  };
  const attributes = Object.values(searchAttributes).map(({ name, type }) => `${name}=${type === 'KEYWORD' ? 'Keyword' : 'Int'}`);

  test.each([
    ['search-attribute', 'SEARCH_ATTRIBUTES'],
    ['dynamic-config-value', 'DYNAMIC_CONFIG'],
    ['sqlite-pragma', 'SQLITE'],
  ])('as a dev server has the same --%s as the embedded one', (flag, name) => {
    const expected = listOf(name).toSorted();
    expect(expected.length).toBeGreaterThan(0);
    expect(flags(flag)).toEqual(expected);
  });

  test('knows every search attribute that the workflows set, in both forms', () => {
    expect(flags('search-attribute')).toEqual(attributes.toSorted());
    const [, registered = ''] = /for attribute in ([^;]+);/.exec(compose.services['temporal-namespace']?.command?.join('\n') ?? '') ?? [];
    expect(registered.split(' ').toSorted()).toEqual(attributes.toSorted());
  });

  test('keeps ended imports for as long as the embedded one', () => {
    expect(embedded).toContain("'--retention', '30d'");
    expect(compose.services['temporal-retention']?.command).toContain('--retention=30d');
    expect(compose.services['temporal-namespace']?.command?.join('\n')).toContain('--retention 30d');
  });

  test('on PostgreSQL shares workers fairly, as the dev server does', () => {
    const set = yaml.load(compose.configs['temporal-dynamic-config']?.content ?? '') as Record<string, unknown>;
    const matching = listOf('DYNAMIC_CONFIG').filter((value) => value.startsWith('matching.'));
    expect(Object.keys(set).map((name) => `${name}=true`)).toEqual(matching);
  });
});

test('the build gets what it copies and nothing else: no .git, no data, no .env', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => (match[1] ?? '').split(' '));
  const [everything, ...allowed] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(everything).toBe('*');
  expect(allowed.map((line) => line.slice(1)).toSorted()).toEqual(copied.toSorted());
  for (const name of copied) expect([name, existsSync(path.join(root, name))]).toEqual([name, true]);
});
