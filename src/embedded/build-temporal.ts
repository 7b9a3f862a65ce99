// Builds the Temporal CLI with Go from the module in `embedded-temporal/`, whose go.sum names the hash of everything that goes into it.

import path from 'node:path';
import { ImportsError } from '../errors';
import { refuseUnknown } from './fetch-archive';
import { runCommand } from './run-command';

const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

interface BuildTemporal {
  /** The folder of go.mod and go.sum. */
  readonly module: string;
  readonly into: string;
  /** What to do instead, for the sentence of a refusal. */
  readonly instead: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export async function buildTemporal({ module, into, instead, env, signal }: BuildTemporal): Promise<void> {
  const go = {
    command: 'go',
    cwd: module,
    // Nothing of the user's own may loosen it: no module that go.sum does not name, no version of another workspace, no plain http.
    env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly', GOWORK: 'off', GOINSECURE: '', GO111MODULE: 'on' },
    signal,
  };
  const proxies = await runCommand({ ...go, args: ['env', 'GOPROXY'] });
  if (/\bhttp:/.test(proxies))
    throw new ImportsError(
      'UNREACHABLE',
      `Temporal is not built over plain http, and GOPROXY names such a proxy. Name one with https, or ${instead}`,
    );
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
