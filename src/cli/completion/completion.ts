// `imports completion`: the script with which a shell completes commands, options and their values.

import { Argument, type Command } from 'commander';
import { defineCommand, type Session } from '../define-command';
import { completedTree, type CompletedCommand } from './completed-tree';
import { fishScript, bashScript, zshScript } from './scripts';

const SCRIPTS: Readonly<Record<string, (tree: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function addCompletionCommand(program: Command, { print }: Session): void {
  defineCommand(program, {
    usage: 'completion',
    summary: 'a script with which a shell completes commands and options',
    details: 'It knows the commands of this version: generate it again after an upgrade.',
    examples: [
      'source <(imports completion bash)',
      'source <(imports completion zsh)',
      'imports completion fish > ~/.config/fish/completions/imports.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .action(async (shell: string) => {
      const script = SCRIPTS[shell]?.(completedTree(program)) ?? '';
      await (print.json ? print.show({ shell, script }, () => '') : print.raw(script));
    });
}
