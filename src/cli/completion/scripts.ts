// The scripts for bash, zsh and fish. The first two share the walk over the words that are typed, and differ in how they offer what could come
// next; that for fish has one line for each command, option and value.

import { quote } from '../text/escape-text';
import type { CompletedCommand, CompletedOption, CompletedWord } from './completed-tree';

export function bashScript(tree: readonly CompletedCommand[]): string {
  return `# bash completion for imports. In ~/.bashrc: source <(imports completion bash)
_imports() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at='' option='' found='' key='' word
  # bash takes --color=always and report=always apart.
  if [ "$current" = = ]; then
    current='' key="$before="
  elif [ "$before" = = ]; then
    key="\${COMP_WORDS[COMP_CWORD-2]}="
  fi
  [[ $key == -* ]] && key=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      =) continue ;;
    esac
${walk(tree)}
  done
  if [[ $current == -* ]]; then
    case $at in
${cases(tree, ({ options }) => bashWords(longFlags(options)))}
    esac
  else
    case "$at $option" in
${values(tree, bashWords, 'compopt -o default 2>/dev/null')}
      *)
        case $at in
${cases(tree, ({ words: below, takesFile }) => (takesFile ? 'compopt -o default 2>/dev/null' : bashWords(below)))}
        esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$found" -- "$key$current"))
  COMPREPLY=("\${COMPREPLY[@]#"$key"}")
  if [[ \${#COMPREPLY[@]} = 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _imports imports
`;
}

export function zshScript(tree: readonly CompletedCommand[]): string {
  return `#compdef imports
# zsh completion for imports. In ~/.zshrc, after compinit: source <(imports completion zsh)
_imports() {
  local current=\${words[CURRENT]} at='' option='' word
  local -a found open
  for word in "\${(@)words[2,CURRENT-1]}"; do
${walk(tree)}
  done
  if [[ $current == --*=* ]]; then
    option=\${current%%=*}
    current=\${current#*=}
    compset -P '*='
  fi
  if [[ $current == -* ]]; then
    case $at in
${cases(tree, ({ options }) => zshWords(longFlags(options)))}
    esac
  else
    case "$at $option" in
${values(tree, zshWords, '_files')}
      *)
        case $at in
${cases(tree, ({ words: below, takesFile }) => (takesFile ? '_files' : zshWords(below)))}
        esac ;;
    esac
  fi
  open=(\${(M)found:#*=:*})
  found=(\${found:#*=:*})
  _describe imports found
  _describe imports open -S ''
}
if [ "\${funcstack[1]}" = _imports ]; then _imports "$@"; else compdef _imports imports; fi
`;
}

function bashWords(found: readonly CompletedWord[]): string {
  return `found=${quote(found.map(({ word }) => word).join(' '))}`;
}

function zshWords(found: readonly CompletedWord[]): string {
  return `found=(${found.map(({ word, summary }) => quote(summary === '' ? word : `${word}:${summary}`)).join(' ')})`;
}

/** Leaves in \`at\` the command that the words so far call, and in \`option\` one that waits for a value. */
function walk(tree: readonly CompletedCommand[]): string {
  const commands = tree.filter(({ path }) => path !== '').map(({ path }) => quote(path.includes(' ') ? path : ` ${path}`));
  const manyValued = tree.flatMap(({ path, options }) =>
    options.filter(({ value }) => value?.isVariadic === true).flatMap(({ flags }) => flags.map((flag) => `${path} ${flag}`)),
  );
  return `    case $word in
      -*) option=$word ;;
      *)
        case "$at $word" in
          ${commands.join(' | ')}) at="\${at:+$at }$word" option='' ;;
          *)
            case "$at $option" in
              ${manyValued.map(quote).join(' | ')}) ;;
              *) option='' ;;
            esac ;;
        esac ;;
    esac`;
}

function values(tree: readonly CompletedCommand[], words: (found: readonly CompletedWord[]) => string, files: string): string {
  const options = tree.flatMap(({ path, options: own }) => own.map((option) => ({ path, ...option })));
  return options
    .flatMap(({ path, flags, value }) => {
      if (value === undefined) return [];
      // A value that nobody can guess: nothing is offered, rather than commands.
      const offer = value.isFile ? files : words(value.choices.map((word) => ({ word, summary: '' })));
      return [`      ${flags.map((flag) => quote(`${path} ${flag}`)).join(' | ')}) ${offer} ;;`];
    })
    .join('\n');
}

function cases(tree: readonly CompletedCommand[], body: (command: CompletedCommand) => string): string {
  return tree.map((command) => `          ${quote(command.path)}) ${body(command)} ;;`).join('\n');
}

/** Short ones are quicker typed than completed. */
function longFlags(options: readonly CompletedOption[]): readonly CompletedWord[] {
  return options.map(({ flags, summary }) => ({ word: flags.at(-1) ?? '', summary }));
}

export function fishScript(tree: readonly CompletedCommand[]): string {
  const paths = tree.filter(({ path }) => path !== '').map(({ path }) => fishQuote(path.includes(' ') ? path : ` ${path}`));
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
  const complete = `complete -c imports -n ${fishQuote(`__imports_at ${fishQuote(path)}`)}`;
  return [
    ...words.map(({ word, summary }) => `${complete} -a ${fishQuote(word)}${summary === '' ? '' : ` -d ${fishQuote(summary)}`}`),
    ...(takesFile ? [`${complete} -F`] : []),
    ...options.map((option) => `${complete} ${optionText(option)}`),
  ];
}

function optionText({ flags, summary, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const offered =
    value === undefined
      ? []
      : value.isFile
        ? ['-r -F']
        : ['-x', ...(value.choices.length > 0 ? [`-a ${fishQuote(value.choices.join(' '))}`] : [])];
  return [...names, ...offered, `-d ${fishQuote(summary)}`].join(' ');
}

/** Within quotes fish unescapes quotes and backslashes only. */
function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
