// What is the same for every command: how it introduces itself, with one line in the list and a page of help with examples; where to look
// after wrong use; and what becomes of an option that is given twice.

import { Command, type Option } from 'commander';
import type { CliDeps } from './deps';
import type { Printer } from './text/print';

/** What a command works with. */
export interface Session {
  readonly deps: CliDeps;
  readonly print: Printer;
}

interface CommandIntroduction {
  /** With its arguments, e.g. `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** What the summary has no room for. */
  readonly details?: string;
  /** A long one goes on behind `\\` on its next line. */
  readonly examples?: readonly string[];
}

export function defineCommand(parent: Command, { usage, summary, details, examples = [] }: CommandIntroduction): Command {
  const command = parent.command(usage).summary(summary);
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  command.description(details === undefined ? sentence : `${sentence} ${details}`);
  if (examples.length > 0) {
    const heading = examples.length === 1 ? 'Example:' : 'Examples:';
    command.addHelpText('after', ['', heading, ...examples.map((example) => `  $ ${example.replaceAll('\n', '\n      ')}`)].join('\n'));
  }
  return sayWhereToLook(command);
}

/** After wrong use, the page of help of the very command. */
export function sayWhereToLook(command: Command): Command {
  return command.exitOverride((error) => {
    if (error.exitCode !== 0) error.message += `\nHow it is used: ${pathOf(command)} --help`;
    throw error;
  });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** commander's commands, but an option given twice gathers its values where it says so, and is refused elsewhere. */
export class CarefulCommand extends Command {
  override createCommand(name?: string): CarefulCommand {
    return new CarefulCommand(name);
  }

  override addOption(option: Option): this {
    super.addOption(option);
    if (mayRepeat(option)) return this;
    let isGiven = false;
    return this.on(`option:${option.name()}`, () => {
      if (isGiven) this.error(`option '${option.flags}' was given twice; give it once`);
      isGiven = true;
    });
  }
}

function mayRepeat(option: Option): boolean {
  const isSwitch = !option.required && !option.optional;
  return isSwitch || option.variadic || option.parseArg === gather;
}

/** Of an option that may be repeated. */
export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
