// `imports help`, and `help` of a group of commands: the help page of any command, or a refusal if there is no such command.

import type { Command } from 'commander';
import { didYouMean } from '../../domain/file/suggest-name';
import { wrongUse } from '../../errors';
import { escapeText } from '../text/escape-text';

/** Commander's own prints the page of the group for a name that it does not know. */
export function addHelpCommand(group: Command): void {
  group.helpCommand(false);
  group
    .command('help [command...]')
    .summary('print help for a command')
    .helpOption(false)
    .action((path: readonly string[]) => {
      let found = group;
      for (const name of path) found = commandOf(found, name);
      found.help();
    });
}

function commandOf(group: Command, name: string): Command {
  const found = group.commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  const known = group.commands.map((command) => command.name());
  throw wrongUse(`There is no command ${escapeText(name)}${didYouMean(name, known)}\nSee all with: imports help`);
}
