// deploy/kubernetes against what it must agree with: the schemas of Kubernetes, our settings, our programs, their probes and the time that
// they take to end. docs/deploying.md names what is not in the manifests.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { loadConfig } from '../../src/config/load-config';
import { settings } from '../../src/config/settings';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold?: number;
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom: readonly unknown[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly limits: { readonly memory: string } };
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly enableServiceLinks: boolean;
  readonly containers: readonly [Container];
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: object;
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
    readonly template?: { readonly metadata: { readonly labels: object }; readonly spec: Pod };
  };
}

const root = path.join(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const yaml = createRequire(__filename)('js-yaml') as { loadAll(text: string): unknown[] };
const folder = 'deploy/kubernetes';
const manifests = readdirSync(path.join(root, folder)).flatMap((name) => yaml.loadAll(read(`${folder}/${name}`)) as Manifest[]);
const page = read('docs/deploying.md');

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(JSON.parse(read('test/guards/kubernetes.schema.json')) as object, 'kubernetes');
/** What Kubernetes would say about it. */
function faultsOf(manifest: Manifest): unknown {
  const kind = `${manifest.apiVersion}/${manifest.kind}`;
  const validate = ajv.getSchema(`kubernetes#/kinds/${kind.replaceAll('/', '~1')}`);
  if (validate === undefined) return `the schemas have no ${kind}`;
  void validate(manifest);
  return validate.errors;
}

test.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))('%s %s is valid', (_, __, manifest) => {
  expect(faultsOf(manifest)).toBeNull();
});

test('a misspelt key, at any depth, is not', () => {
  const deployment = manifests.find(({ kind }) => kind === 'Deployment');
  const misspelt = JSON.parse(JSON.stringify(deployment).replace('livenessProbe', 'livenesProbe')) as Manifest;
  expect(faultsOf(misspelt)).toEqual([expect.objectContaining({ params: { additionalProperty: 'livenesProbe' } })]);
});

const common = manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
/** The keys of the secret that the page has people make. */
const secret = Object.fromEntries(
  [...page.matchAll(/--from-literal=(\w+)='?([^'\s\\]+)/g)].map(([, name = '', value = '']) => [name, value]),
);
const deployments = manifests.filter(({ kind }) => kind === 'Deployment');

describe.each(deployments.map((one) => [one.metadata.name, one] as const))('%s', (name, { spec }) => {
  const pod = spec!.template!.spec;
  const [container] = pod.containers;
  const environment = { ...common, ...secret, ...Object.fromEntries(container.env.map((one) => [one.name, one.value])) };
  const config = loadConfig(environment);
  const portOf = (port: string): number | undefined => container.ports.find((one) => one.name === port)?.containerPort;

  test('runs a program of ours', () => {
    const program = container.command.find((word) => word.startsWith('dist/')) ?? '';
    expect(existsSync(path.join(root, program.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  test('has an environment that the settings accept, with nothing that Kubernetes adds by itself', () => {
    expect(Object.keys(environment).filter((key) => !(key in settings.shape) && !key.startsWith('TEMPORAL_'))).toEqual([]);
    expect([config.mongodbUri, config.temporal.address, config.smtpUrl]).not.toContain(undefined);
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'imports' } }, { secretRef: { name: 'imports' } }]);
    expect(pod.enableServiceLinks).toBe(false);
  });

  test('is probed where it serves', () => {
    const served = name === 'imports-worker' ? config.metrics.workerPort : config.metrics.sftpPort;
    expect([portOf('metrics'), config.metrics.host]).toEqual([served, '0.0.0.0']);
    const known = [...read('src/adapters/metrics/serve-metrics.ts').matchAll(/'(\/\w+)': /g)].map(([, route]) => route);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const { httpGet } of [startupProbe, livenessProbe]) expect(httpGet).toEqual({ path: '/livez', port: 'metrics' });
    expect(readinessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(known).toEqual(expect.arrayContaining(['/livez', '/healthz']));
    // Nothing is served before MongoDB answers: ten minutes at least, and what the page says.
    const patience = (startupProbe.periodSeconds * (startupProbe.failureThreshold ?? 3)) / 60;
    expect(patience).toBeGreaterThanOrEqual(10);
    expect(page).toContain(name === 'imports-worker' ? `${patience / 60} hour` : `${patience} minutes`);
  });

  test('is given more time to end than it takes at most', () => {
    const [, most = '0'] = /const PATIENCE_MS = ([\d_]+)/.exec(read('src/processes/run-process.ts')) ?? [];
    expect(Number(most.replaceAll('_', ''))).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(Number(most.replaceAll('_', '')));
    expect(page).toContain(`${pod.terminationGracePeriodSeconds} s`);
  });

  test('asks for what the page says', () => {
    expect(page).toMatch(new RegExp(`\\| \`${name}\` \\|.*${container.resources.limits.memory.replace(/(?=\D)/, ' ')}`));
  });
});

test('the service leads to the port on which the front door listens', () => {
  const service = manifests.find(({ kind }) => kind === 'Service')!.spec!;
  const door = deployments.find(({ metadata }) => metadata.name === 'imports-sftp')!.spec!.template!;
  const [container] = door.spec.containers;
  expect(service.selector).toEqual(door.metadata.labels);
  const { port } = loadConfig(Object.fromEntries(container.env.map(({ name, value }) => [name, value]))).sftp;
  expect(service.ports?.map(({ targetPort }) => container.ports.find(({ name }) => name === targetPort)?.containerPort)).toEqual([port]);
});

test('every process runs the same image', () => {
  expect(new Set(deployments.map(({ spec }) => spec?.template?.spec.containers[0].image)).size).toBe(1);
});
