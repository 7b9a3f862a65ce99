// The command line as its process runs it, but in this one: it answers a second sooner.

import { Readable, Writable } from 'node:stream';
import { runProgram } from '../../src/cli/run-program';
import { cliDeps } from '../../src/processes/command/cli-deps';
import type { Ran } from './product';

export async function cliInProcess(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ran> {
  const stdout = new Gathered();
  const stderr = new Gathered();
  const code = await runProgram(cliDeps({ env, stdin: Readable.from([]), stdout, stderr }), args);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Gathered extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
