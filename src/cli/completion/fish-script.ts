// The script for fish: one line for each command, option and value.

import type { CompletedCommand, CompletedOption } from './completed-tree';

export function fishScript(tree: readonly CompletedCommand[]): string {
  const paths = tree.filter(({ path }) => path !== '').map(({ path }) => quote(path.includes(' ') ? path : ` ${path}`));
  return `# fish completion for imports. Into ~/.config/fish/completions/imports.fish: imports completion fish
function __imports_at
  set -l at ''
  for word in (commandline -opc)
    switch "$at $word"
      case ${paths.join(' ')}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
complete -c imports -f
${tree.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, words, takesFile, options }: CompletedCommand): readonly string[] {
  const complete = `complete -c imports -n ${quote(`__imports_at ${quote(path)}`)}`;
  return [
    ...words.map(({ word, summary }) => `${complete} -a ${quote(word)}${summary === '' ? '' : ` -d ${quote(summary)}`}`),
    ...(takesFile ? [`${complete} -F`] : []),
    ...options.map((option) => `${complete} ${optionText(option)}`),
  ];
}

function optionText({ flags, summary, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values =
    value === undefined
      ? []
      : value.isFile
        ? ['-r -F']
        : ['-x', ...(value.choices.length > 0 ? [`-a ${quote(value.choices.join(' '))}`] : [])];
  return [...names, ...values, `-d ${quote(summary)}`].join(' ');
}

/** Within quotes fish unescapes quotes and backslashes only. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
