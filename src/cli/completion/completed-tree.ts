// What a shell completes, read from commander's own tree: a command that is added is completed without another word.

import type { Command, Option } from 'commander';

export interface CompletedWord {
  readonly word: string;
  readonly summary: string;
}

export interface CompletedOption {
  /** `-s` and `--state`. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** Absent = the option takes none. */
  readonly value?: { readonly choices: readonly string[]; readonly isFile: boolean; readonly isVariadic: boolean };
}

export interface CompletedCommand {
  /** The words that call it, without the program's own name: `client set`; the program itself is ''. */
  readonly path: string;
  /** Commands below it, and values of its arguments. */
  readonly words: readonly CompletedWord[];
  readonly takesFile: boolean;
  readonly options: readonly CompletedOption[];
}

const FIXED = new WeakMap<Command, readonly CompletedWord[]>();

/** Words that are offered for arguments whose values are not all known. A word that ends in `=` is incomplete. */
export function completeWith(command: Command, words: readonly CompletedWord[]): Command {
  FIXED.set(command, words);
  return command;
}

const HELP: CompletedOption = { flags: ['-h', '--help'], summary: 'print help' };

export function completedTree(program: Command): readonly CompletedCommand[] {
  const everywhere = program.options.filter(({ long }) => long !== '--version').map(optionOf);
  const walk = (command: Command, path: readonly string[]): readonly CompletedCommand[] => {
    const options = command.options.map(optionOf);
    const args = command.registeredArguments;
    const completed = {
      path: path.join(' '),
      words: [
        ...command.commands.map((child) => ({ word: child.name(), summary: child.summary() })),
        ...(FIXED.get(command) ?? []),
        ...args.flatMap(({ argChoices = [] }) => argChoices.map((word) => ({ word, summary: '' }))),
      ],
      takesFile: args.some((argument) => argument.name() === 'file'),
      options: [...options, ...(command === program ? [] : everywhere), HELP],
    };
    return [completed, ...command.commands.flatMap((child) => walk(child, [...path, child.name()]))];
  };
  return walk(program, []);
}

function optionOf(option: Option): CompletedOption {
  const { short, long, description, argChoices = [], required, optional, variadic, flags } = option;
  return {
    flags: [short, long].filter((flag) => flag != null),
    summary: description,
    ...((required || optional) && { value: { choices: argChoices, isFile: /<file>/.test(flags), isVariadic: variadic } }),
  };
}
