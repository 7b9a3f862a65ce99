// The pages for a company that takes this up: what they name exists, and people find all of them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { SETTINGS } from '../../src/cli/clients/parse-setting';
import { buildProgram } from '../../src/cli/program';
import { settings } from '../../src/config/settings';
import { aWorld, depsOf } from '../cli/fake-deps';

const root = path.join(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const PAGES = ['docs/deploying.md', 'docs/capacity.md', 'docs/migrating.md', 'docs/faq.md', 'docs/webhooks.md'];

/** As GitHub makes anchors of headings. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^##* (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );

const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
const program = buildProgram(depsOf(aWorld(), nothing, nothing));
const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);
const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
const commands = all(program).map((command) => ({ name: pathOf(command), options: command.options.map(({ long }) => long) }));

describe.each(PAGES)('%s', (name) => {
  const page = read(name);

  test('links to pages and headings that are there', () => {
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !link.startsWith('http'));
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? name : path.join('docs', file);
      if (!existsSync(path.join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('names no command and no option that there is not', () => {
    const named = [...page.matchAll(/`(imports [a-z][^`]*)`|^(imports [a-z].*)$/gm)].map(([, inline, line]) => inline ?? line ?? '');
    const unknown = named.filter((usage) => {
      const found = commands
        .filter((command) => command.name !== 'imports' && `${usage} `.startsWith(`${command.name} `))
        .toSorted((a, b) => b.name.length - a.name.length)[0];
      return (
        found === undefined || [...usage.matchAll(/ (--[\w-]+)/g)].some(([, option]) => !['--json', ...found.options].includes(option))
      );
    });
    expect(unknown).toEqual([]);
  });

  test('names no setting that there is not', () => {
    const environment = [...page.matchAll(/\bIMPORTS_[A-Z_]+[A-Z]\b/g)].map(([setting]) => setting);
    expect(environment.filter((setting) => !(setting in settings.shape))).toEqual([]);
    const keys = [...page.matchAll(/`([a-z]+[A-Z]\w*(?:\.\w+)?)=/g)].map(([, key]) => key);
    expect(keys.filter((key) => !SETTINGS.some((setting) => setting.key === key))).toEqual([]);
  });
});

test('the table of rights names commands that there are', () => {
  const rights = /\n## Support\n([\s\S]*?)\n## /.exec(read('docs/deploying.md'))?.[1] ?? '';
  const named = [...rights.matchAll(/^\| [a-z ,'-]+: ([^|]+) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)]);
  expect(named.length).toBeGreaterThan(15);
  expect(named.map(([, name]) => `imports ${name}`).filter((usage) => !commands.some(({ name }) => name === usage))).toEqual([]);
});

test('host keys are carried over under the names that the front door reads', () => {
  const named = [...read('docs/migrating.md').matchAll(/`(ssh_host_\w+)`/g)].map(([, file]) => file);
  const known = [...read('src/sftp/ssh/host-keys.ts').matchAll(/'(ssh_host_\w+)'/g)].map(([, file]) => file);
  expect(named).toEqual(known);
});

test('the README lists every page of docs/', () => {
  const table = read('README.md');
  const pages = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(pages.filter((name) => !table.includes(`(docs/${name})`))).toEqual([]);
});
