// What a first start downloads or builds is what this version was released with, or is not used: archives, Go modules, jars.

import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { mongoArchive, temporalArchive, type Archive } from '../../src/embedded/archives';
import { buildEngine } from '../../src/embedded/resolve-mongo';
import { buildTemporal } from '../../src/embedded/resolve-temporal';
import { fetchArchive, tryDownload } from '../../src/embedded/fetch-archive';
import { projectRoot } from '../../src/embedded/project-root';
import { runCommand } from '../../src/embedded/run-command';

const { signal } = new AbortController();
const instead = 'set MONGODB_URI.';
const env = { PATH: '/usr/bin:/bin', ...process.env } as Record<string, string>;
let folder: string;
let into: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'imports-hash-'));
  into = path.join(folder, 'into');
  await mkdir(into);
});
afterEach(() => rm(folder, { recursive: true }));

describe('an archive', () => {
  let server: http.Server;
  let bytes: Buffer;
  let location: string | undefined;
  const asked: string[] = [];
  /** Our server has no certificate that anybody knows: what is asked for over https is fetched from it in the clear. */
  const get: typeof fetch = (url, options) => {
    asked.push(url instanceof Request ? url.url : url.toString());
    return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, options);
  };

  beforeEach(async () => {
    await mkdir(path.join(folder, 'tool-1/bin'), { recursive: true });
    await writeFile(path.join(folder, 'tool-1/bin/tool'), '#!/bin/sh\necho it runs\n');
    await runCommand({ command: 'tar', args: ['-czf', path.join(folder, 'tool.tgz'), '-C', folder, 'tool-1'], env });
    bytes = await readFile(path.join(folder, 'tool.tgz'));
    location = undefined;
    asked.length = 0;
    server = http.createServer((_, response) => {
      if (location === undefined || asked.length > 1) response.end(bytes);
      else response.writeHead(302, { location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const fetched = () => fetchArchive({ archive: archiveOf(), into, instead, env, signal, get });
  const known = () => createHash('sha256').update(bytes).digest('hex');
  let sha256: string;
  const archiveOf = (): Archive => ({ url: 'https://tools.example/tool.tgz', sha256, member: 'bin/tool', folders: 1 });

  test('that is the known one is unpacked and can be run', async () => {
    sha256 = known();
    location = '/elsewhere';
    await fetched();
    expect(asked).toEqual(['https://tools.example/tool.tgz', 'https://tools.example/elsewhere']);
    expect(await readdir(into)).toEqual(['tool']);
    expect(await runCommand({ command: path.join(into, 'tool'), args: [], env })).toBe('it runs\n');
  });

  test('of which one byte differs is refused with a sentence, and never taken for a network that is down', async () => {
    sha256 = known();
    bytes[bytes.length - 1]! ^= 1;
    const cacheDir = path.join(folder, 'cache');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(tryDownload({ cacheDir, url, signal, download: fetched })).rejects.toThrow(
      new RegExp(
        `^https://tools.example/tool.tgz was downloaded and is not what this version was released with: its SHA-256 is ${known()}, not ${sha256}. ` +
          'Nothing of it was used. .* To go on without it: set MONGODB_URI.$',
      ),
    );
    expect(await readdir(into)).toEqual([]);
  });

  test('is not fetched when the way to it leaves TLS', async () => {
    sha256 = known();
    location = 'http://tools.example/tool.tgz';
    await expect(fetched()).rejects.toThrow('tools.example asks for a download without TLS');
    expect(asked).toHaveLength(1);
  });

  test('is known by https and a hash, for every system that has one', () => {
    const systems = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
    const archives = systems.flatMap((system) => [temporalArchive(system), mongoArchive(system)]);
    for (const archive of archives) expect(archive).toMatchObject({ url: /^https:/, sha256: /^[0-9a-f]{64}$/ });
    expect(new Set(archives.map((archive) => archive?.sha256)).size).toBe(8);
    expect(temporalArchive('sunos-x64')).toBeUndefined();
  });
});

describe('the Temporal CLI', () => {
  const module = () => path.join(folder, 'module');
  const built = (more: Record<string, string> = {}) => buildTemporal({ module: module(), into, instead, env: { ...env, ...more }, signal });
  beforeEach(() => cp(path.join(projectRoot(), 'embedded-temporal'), module(), { recursive: true }));

  test('is not built from a module that differs from go.sum', async () => {
    const sums = await readFile(path.join(module(), 'go.sum'), 'utf8');
    const line = /^github.com\/temporalio\/cli v\S+\/go.mod h1:./m;
    expect(sums).toMatch(line);
    await writeFile(
      path.join(module(), 'go.sum'),
      sums.replace(line, (found) => `${found.slice(0, -1)}${found.endsWith('A') ? 'B' : 'A'}`),
    );
    await expect(built()).rejects.toThrow(
      /^A Go module of the Temporal CLI .* does not fit embedded-temporal\/go.sum \(github.com\/temporalio\/cli@v1.5.1\/go.mod\). Nothing of it was used/,
    );
    expect(await readdir(into)).toEqual([]);
  });

  test('is not built from a module that go.sum does not name', async () => {
    const sums = await readFile(path.join(module(), 'go.sum'), 'utf8');
    await writeFile(path.join(module(), 'go.sum'), sums.replace(/^github.com\/temporalio\/cli v.*\n/gm, ''));
    await expect(built({ GOFLAGS: '-mod=mod' })).rejects.toThrow(/missing go.sum entry/);
  });

  test('is not built over plain http', async () => {
    await expect(built({ GOPROXY: 'http://proxy.example,direct' })).rejects.toThrow(/not built over plain http, and GOPROXY/);
  });
});

describe('the database engine', () => {
  /** A Maven of this version that "fetches" these files. */
  async function fetching(files: Readonly<Record<string, string>>, version = '3.8.7'): Promise<() => Promise<void>> {
    const bin = path.join(folder, 'bin');
    const sources = path.join(folder, 'sources');
    await mkdir(bin);
    await mkdir(path.join(sources, 'src'), { recursive: true });
    const sums = ['one.jar', 'two.jar'].map((name) => `${createHash('sha256').update(name).digest('hex')}  ${name}\n`);
    await writeFile(path.join(sources, 'jars.sha256'), sums.join(''));
    const copies = Object.entries(files).map(([name, text]) => `printf %s ${text} > "$out/${name}"`);
    const maven = `case $1 in --version) echo "Apache Maven ${version}"; exit;; esac\nfor last; do :; done\nout=\${last#*=}\n${copies.join('\n')}`;
    for (const [name, script] of [
      ['mvn', maven],
      ['javac', `echo compiled > '${path.join(folder, 'compiled')}'`],
    ] as const) {
      await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(path.join(bin, name), 0o755);
    }
    return () => buildEngine({ sources, into, instead, env: { PATH: `${bin}:/usr/bin:/bin` }, signal });
  }
  const isCompiled = async () => (await readdir(folder)).includes('compiled');

  test('is compiled when every jar is the known one', async () => {
    await (
      await fetching({ 'one.jar': 'one.jar', 'two.jar': 'two.jar' })
    )();
    expect(await isCompiled()).toBe(true);
  });

  test.each([
    ['that was changed', { 'one.jar': 'one.jar', 'two.jar': 'tampered' }, /^two.jar was downloaded .* its SHA-256 is [0-9a-f]{64}, not /],
    ['more', { 'one.jar': 'one.jar', 'two.jar': 'two.jar', 'three.jar': 'three' }, /^three.jar was .* jars.sha256 does not name it\./],
    ['less', { 'one.jar': 'one.jar' }, /two.jar is missing\. Nothing of it was used/],
  ])('is not compiled with a jar %s', async (_, files, sentence) => {
    await expect((await fetching(files))()).rejects.toThrow(sentence);
    expect(await isCompiled()).toBe(false);
  });

  test('is not built by a Maven that fetches over plain http', async () => {
    await expect((await fetching({}, '3.6.3'))()).rejects.toThrow(/not built with Maven 3.6.3, .* Install Maven 3.8.1 or newer/);
  });
});
