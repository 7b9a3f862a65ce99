// Every page of help on a terminal of a hundred columns, one after the other, as test/cli/help.txt keeps them.

import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program';
import { aWorld, depsOf, imports } from '../cli/fake-deps';

export async function everyHelp(): Promise<string> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const pathsUnder = (command: Command, above: readonly string[]): readonly (readonly string[])[] =>
    command.commands
      .filter((child) => child.name() !== 'help')
      .flatMap((child) => [[...above, child.name()], ...pathsUnder(child, [...above, child.name()])]);
  const pages: string[] = [];
  for (const path of [[], ...pathsUnder(buildProgram(depsOf(aWorld(), nothing, nothing)), [])]) {
    const typed = [...path, '--help'];
    pages.push(`$ imports ${typed.join(' ')}\n\n${(await imports(aWorld({ columns: 100 }), ...typed)).out}`);
  }
  return pages.join('\n');
}
