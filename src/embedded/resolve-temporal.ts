// Where the program of the embedded Temporal server comes from: PATH, what an earlier start left in the cache, Temporal's own
// download, and at last the Go toolchain, which needs nothing but a module proxy.

import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Config } from '../config/load-config';
import { withoutTemporal } from '../config/temporal-environment';
import { ImportsError } from '../errors';
import { buildOnce, exists } from './build-once';
import { runCommand, versionOnPath } from './run-command';
import { sayProgress, type Say } from './say-progress';
import { tryDownload } from './try-download';

/** The newest that `go install` accepts: later ones have replace directives in their go.mod. */
const VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

export interface TemporalProgram {
  readonly command: string;
  /** For people: what it is and where it comes from. */
  readonly engine: string;
}

export interface Resolving {
  readonly config: Pick<Config, 'cacheDir' | 'env'>;
  readonly say: Say;
  readonly signal: AbortSignal;
}

export async function resolveTemporal({ config, say, signal }: Resolving): Promise<TemporalProgram> {
  const { cacheDir } = config;
  const env = withoutTemporal(config.env);
  const onPath = await versionOnPath('temporal', env);
  if (onPath !== undefined) return { command: 'temporal', engine: `${onPath}, from PATH` };

  const downloaded = path.join(cacheDir, 'temporal-download');
  const built = path.join(cacheDir, `temporal-${VERSION}`);
  const asDownloaded = program(downloaded, 'Temporal dev server, downloaded');
  const asBuilt = program(built, `Temporal dev server (CLI ${VERSION}), built on this machine`);
  if (await exists(downloaded)) return asDownloaded;
  if (await exists(built)) return asBuilt;

  const url = downloadUrl();
  const fetched = await tryDownload({
    cacheDir,
    url,
    signal,
    download: () =>
      sayProgress(say, 'Downloading the Temporal dev server once', () =>
        buildOnce({ cacheDir, name: path.basename(downloaded), signal, make: (into) => download(url, into, env, signal) }),
      ),
  });
  if (fetched !== undefined) return asDownloaded;

  if ((await runCommand({ command: 'go', args: ['version'], env }).catch(() => undefined)) === undefined)
    throw new ImportsError(
      'UNREACHABLE',
      'Temporal could not be started: TEMPORAL_ADDRESS is not set, `temporal` is not on PATH, temporal.download cannot be reached and ' +
        'there is no Go to build it with. Install the Temporal CLI (https://docs.temporal.io/cli) or Go, or set TEMPORAL_ADDRESS.',
    );
  await sayProgress(say, 'Building the Temporal dev server once, 4-5 minutes', () =>
    buildOnce({ cacheDir, name: path.basename(built), signal, make: (into) => goInstall(into, env, signal) }),
  );
  return asBuilt;
}

function program(folder: string, engine: string): TemporalProgram {
  return { command: path.join(folder, 'temporal'), engine };
}

function downloadUrl(): string {
  const arch = os.arch() === 'x64' ? 'amd64' : os.arch();
  const platform = os.platform() === 'win32' ? 'windows' : os.platform();
  return `https://temporal.download/cli/default?arch=${arch}&platform=${platform}&format=tar.gz&sdk-name=sdk-typescript&sdk-version=1.24.0`;
}

const answer = z.object({ archiveUrl: z.url(), fileToExtract: z.string().regex(/^[\w.-]+$/) });

async function download(url: string, into: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const limited = { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_LIMIT_MS)]) };
  const { archiveUrl, fileToExtract } = answer.parse(await (await fetch(url, limited)).json());
  const archive = path.join(into, 'archive.tar.gz');
  const { ok, body } = await fetch(archiveUrl, limited);
  if (!ok || body === null) throw new Error('the archive is not there');
  await pipeline(Readable.fromWeb(body), createWriteStream(archive));
  await runCommand({ command: 'tar', args: ['-xzf', archive, '-C', into, fileToExtract], env, signal });
  await rm(archive);
  if (fileToExtract !== 'temporal') await rename(path.join(into, fileToExtract), path.join(into, 'temporal'));
  await chmod(path.join(into, 'temporal'), 0o755);
}

async function goInstall(into: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  // Outside of any module, or its go.mod would decide on versions.
  const cwd = path.join(into, 'empty');
  await mkdir(cwd);
  await runCommand({
    command: 'go',
    args: ['install', '-ldflags', '-s -w', MODULE],
    cwd,
    env: { ...env, GOBIN: into, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    signal,
  });
  await rm(cwd, { recursive: true });
}
