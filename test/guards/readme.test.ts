// The README is run: its commands work as written, and the files it names are there.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Product } from '../support/product';

const root = path.join(__dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
const ours = commands.filter((command) => command.startsWith('imports ')).map((command) => command.slice('imports '.length).split(' '));

const product = new Product();
beforeAll(() => product.up(), 900_000);
afterAll(() => product.end());

it('names only files that are there', () => {
  const links = [...readme.matchAll(/\]\(([\w./-]+)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((link) => !existsSync(path.join(root, link)))).toEqual([]);
});

it('names only npm scripts and programs that are there', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm (?:run )?(start|test|[\w-]+)/g)].map(([, name]) => name!).filter((name) => name !== 'ci');
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  const programs = [...readme.matchAll(/node (dist\/\S+)/g)].map(([, program]) => program!);
  expect(programs.filter((program) => !existsSync(path.join(root, program)))).toEqual([]);
});

it('has commands that work as written, in their order', async () => {
  expect(ours.length).toBeGreaterThan(6);
  for (const args of ours) {
    const { code, stdout, stderr } = await product.cli(...args);
    expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, '']);
    expect(stdout).not.toBe('');
    if (args[0] !== 'template') continue;
    // The upload, with a key instead of the password that a person would type.
    await product.cli('account', 'add', 'acme', 'robot', '--public-key', `${await product.key('robot')}.pub`);
    const upload = commands.find((command) => command.startsWith('echo '))!;
    expect((await product.sftp('robot', /'(put .*)'/.exec(upload)![1]!)).code).toBe(0);
    const { counts } = await product.rest('acme', ({ importId }) => importId === 'acme-2');
    expect(counts).toMatchObject({ created: 1, updated: 2, archived: 1, rejected: 3 });
  }
});
