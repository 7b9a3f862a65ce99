// Where the program of the embedded Temporal server comes from: PATH, what an earlier start left in the cache, Temporal's own
// release, and at last the Go toolchain, which needs only a module proxy. What is downloaded has to be what we know by its hash.

import path from 'node:path';
import type { Config } from '../config/load-config';
import { withoutTemporal } from '../config/temporal';
import { unreachable } from '../errors';
import { TEMPORAL_VERSION, temporalArchive } from './archives';
import { buildOnce, exists, sayProgress, type Say } from './build-once';
import { fetchArchive, tryDownload, refuseUnknown, type Bring } from './fetch-archive';
import { projectRoot } from './project-root';
import { runCommand, versionOnPath } from './run-command';

const INSTEAD = 'install the Temporal CLI (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS.';

interface TemporalProgram {
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

  const downloaded = path.join(cacheDir, `temporal-${TEMPORAL_VERSION}-download`);
  const built = path.join(cacheDir, `temporal-${TEMPORAL_VERSION}`);
  const asDownloaded = program(downloaded, 'Temporal dev server, downloaded');
  const asBuilt = program(built, `Temporal dev server (CLI ${TEMPORAL_VERSION}), built on this machine`);
  if (await exists(downloaded)) return asDownloaded;
  if (await exists(built)) return asBuilt;

  const archive = temporalArchive();
  if (archive !== undefined) {
    const make = (into: string) => fetchArchive({ archive, into, instead: INSTEAD, env, signal });
    const download = () =>
      sayProgress(say, 'Downloading the Temporal dev server once', () =>
        buildOnce({ cacheDir, name: path.basename(downloaded), signal, make }),
      );
    if ((await tryDownload({ cacheDir, url: archive.url, signal, download })) !== undefined) return asDownloaded;
  }

  if ((await runCommand({ command: 'go', args: ['version'], env }).catch(() => undefined)) === undefined)
    throw unreachable(
      'Temporal could not be started: TEMPORAL_ADDRESS is not set, `temporal` is not on PATH, github.com cannot be reached and ' +
        'there is no Go to build it with. Install the Temporal CLI (https://docs.temporal.io/cli) or Go, or set TEMPORAL_ADDRESS.',
    );
  await sayProgress(say, 'Building the Temporal dev server once, 4-5 minutes', () =>
    buildOnce({
      cacheDir,
      name: path.basename(built),
      signal,
      make: (into) => buildTemporal({ module: path.join(projectRoot(), 'embedded-temporal'), into, instead: INSTEAD, env, signal }),
    }),
  );
  return asBuilt;
}

function program(folder: string, engine: string): TemporalProgram {
  return { command: path.join(folder, 'temporal'), engine };
}

const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/** With Go from the module in `embedded-temporal/`, the folder of go.mod and of go.sum, which names the hash of everything that goes into it. */
export async function buildTemporal({ module, into, instead, env, signal }: Bring & { readonly module: string }): Promise<void> {
  const go = {
    command: 'go',
    cwd: module,
    // Nothing of the user's own may loosen it: no module that go.sum does not name, no version of another workspace, no plain http.
    env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly', GOWORK: 'off', GOINSECURE: '', GO111MODULE: 'on' },
    signal,
  };
  const proxies = await runCommand({ ...go, args: ['env', 'GOPROXY'] });
  if (/\bhttp:/.test(proxies))
    throw unreachable(`Temporal is not built over plain http, and GOPROXY names such a proxy. Name one with https, or ${instead}`);
  try {
    await runCommand({ ...go, args: ['build', '-ldflags', '-s -w', '-o', path.join(into, 'temporal'), PACKAGE] });
  } catch (error) {
    // All that Go said; our own message has its last lines.
    const said = (error as { readonly cause?: { readonly message?: string } }).cause?.message ?? '';
    if (!/checksum mismatch|SECURITY ERROR/.test(said)) throw error;
    throw refuseUnknown({
      what: 'A Go module of the Temporal CLI',
      why: `it does not fit embedded-temporal/go.sum (${mismatchIn(said)})`,
      instead,
    });
  }
}

/** `github.com/temporalio/cli@v1.5.1/go.mod`, as Go says it. */
function mismatchIn(said: string): string {
  return /verifying (\S+): checksum mismatch/.exec(said)?.[1] ?? 'checksum mismatch';
}
