// Phrases that read as if translated, and must not come back: in what people read and in comments. Each has the wording that is plainer.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');

const PHRASES: readonly (readonly [pattern: RegExp, better: string])[] = [
  [/(?<!\bthere )\bis no (?!longer\b|more\b|other\b|doubt\b)/i, '"is not a …"'],
  [/\bwhoever\b/i, 'name the person or program: "the operator", "anyone who"'],
  [/\bof whom\b/i, 'turn the sentence round: "users that a newer file contains"'],
  [/\bby now\b/i, '"now", "meanwhile" or "already"'],
  [/\bof (?:now|then)\b/i, '"present", "former"'],
  [/\bsp(?:eaks?|oke) of\b/i, '"contains", "names" or "is about"'],
  [/\b(?:something|a \w+) of ours\b/i, '"our …", "a fault on our side"'],
  [/\banew\b/i, '"again"'],
  [/\bin vain\b/i, '"without success"'],
  [/\bgo(?:es)? by (?:the|its|their|what|that)\b/i, '"uses", "follows"'],
  [/\black(?:s|ed) its end\b/i, '"is never closed", "is incomplete"'],
  [/\bnothing but\b/i, '"only"'],
  [/\bso long as\b|\bas long as [^.]{1,40} so long\b/i, '"while", "until"'],
  [/\bnobody foresaw\b/i, '"unexpected"'],
  [/\bwith which numbers\b/i, '"the numbers"'],
  [/\btold by:/i, '"shown by:"'],
  [/\bwhat came of (?:it|an?|the)\b/i, '"the result of"'],
  [/\bwhat became of\b/i, '"what happened to"'],
];

const files = execFileSync('git', ['ls-files', 'src', 'workflows', 'activities', 'docs', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(?:ts|js|md)$/.test(file));

/** `file:line: "phrase": better` */
function found(file: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, at) =>
    PHRASES.flatMap(([pattern, better]) => {
      const phrase = pattern.exec(line)?.[0];
      return phrase === undefined ? [] : [`${file}:${at + 1}: write ${better} instead of "${phrase.trim()}"`];
    }),
  );
}

test('nothing that people read holds a phrase that reads as if translated', () => {
  expect(files.length).toBeGreaterThan(350);
  expect(files.flatMap((file) => found(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

test('a phrase is found, with its line and what to write', () => {
  expect(found('a.md', 'fine\nWhoever types it: 3x is no whole number')).toEqual([
    'a.md:2: write "is not a …" instead of "is no"',
    'a.md:2: write name the person or program: "the operator", "anyone who" instead of "Whoever"',
  ]);
  expect(found('a.md', 'there is no such file, it is no longer here')).toEqual([]);
});
