// `imports help`, and `help` of a group of commands: the help page of any command, or a refusal if there is no such command.

import type { Command } from 'commander';
import { suggestName } from '../../domain/file/suggest-name';
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
  const near = suggestName(
    name,
    group.commands.map((command) => command.name()),
  );
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  throw wrongUse(`There is no command ${escapeText(name)}${guess}\nSee all with: imports help`);
}
