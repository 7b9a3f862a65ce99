// docs/operations.md against what it tells about: nobody may meet a state, a command, a setting or a check that the page does not know.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program';
import { SHOWN_STATES } from '../../src/cli/imports/import-item';
import { SETTINGS } from '../../src/cli/clients/parse-setting';
import { loadConfig } from '../../src/config/load-config';
import { settings } from '../../src/config/settings';
import { DEFAULT_SETTINGS, type ClientSettings } from '../../src/domain/client';
import type { ImportOutcome, ReportState } from '../../src/domain/import-run';
import { doctorChecks } from '../../src/processes/command/doctor-checks';
import { createDoorMetrics } from '../../src/adapters/metrics/door-metrics';
import { createImportMetrics } from '../../src/adapters/metrics/import-metrics';
import * as searchAttributes from '../../workflows/search-attributes';
import { aWorld, depsOf } from '../cli/fake-deps';

const page = readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8');

/** First cells of the tables below a heading, without marks. */
function firstCells(heading: string): string[] {
  const [, section = ''] = new RegExp(`\\n##+ ${heading}\\n([\\s\\S]*?)(?=\\n## |$)`).exec(page) ?? [];
  return [...section.matchAll(/^\| ([^|]+?) \|/gm)].map((row) => row[1] ?? '');
}
const plain = (cell: string) => cell.replaceAll('`', '');

test.each<string>(SHOWN_STATES)('says what the state %s means and what to type', (state) => {
  expect(firstCells('States').map(plain)).toContain(state);
});

const outcomes: Readonly<Record<ImportOutcome, true>> = { imported: true, 'imported-with-failures': true, refused: true, declined: true };
const reports: Readonly<Record<ReportState, true>> = { none: true, pending: true, sent: true, 'not-repeated': true, failed: true };
test.each([...Object.keys(outcomes), ...Object.keys(reports)])('says what the outcome or report %s means', (word) => {
  expect(firstCells('States').map(plain)).toContain(word);
});

const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
const commandsOf = (command: Command): string[] =>
  command.commands.length === 0 ? [pathOf(command)] : command.commands.filter((one) => one.name() !== 'help').flatMap(commandsOf);
const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);

test.each(commandsOf(buildProgram(depsOf(aWorld(), nothing, nothing))))('lists the command %s', (command) => {
  const listed = firstCells('Commands').flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  expect(listed.some((usage) => `${usage} `.startsWith(`${command} `))).toBe(true);
});

test.each([
  ['docs/operations.md', 50],
  ['README.md', 5],
  ['SECURITY.md', 0],
])('%s names no command that there is not', (name, atLeast) => {
  const known = commandsOf(buildProgram(depsOf(aWorld(), nothing, nothing)));
  const text = readFileSync(path.join(__dirname, '../..', name), 'utf8');
  const code = [...text.matchAll(/`([^`\n]+)`|^(imports [a-z].*)$/gm)].map(([, inline, line]) => inline ?? line ?? '');
  const named = code.flatMap((words) => /\bimports [a-z].*/.exec(words) ?? []);
  expect(named.length).toBeGreaterThan(atLeast);
  expect(named.filter((usage) => !known.some((command) => `${usage} `.startsWith(`${command} `)))).toEqual([]);
});

test('lists every setting of a client with its default, in the order of the help page', () => {
  expect(firstCells('Settings of a client').map(plain).slice(2)).toEqual(SETTINGS.map(({ key }) => key));
  const defaults: ClientSettings = { ...DEFAULT_SETTINGS, failedImportEmail: '', replyToAdminEmail: '' };
  for (const { key, show } of SETTINGS) {
    const usual = show(defaults);
    if (usual !== '') expect(page).toMatch(new RegExp(`^\\| \`${key.replace('.', '\\.')}\` \\| [^|]+ \\| \`?${usual}\`? \\|`, 'm'));
  }
});

test('lists every name of the environment', () => {
  expect(firstCells('Environment').map(plain).toSorted()).toEqual(expect.arrayContaining(Object.keys(settings.shape).toSorted()));
});

test('tells how to register every search attribute', () => {
  for (const { name, type } of Object.values(searchAttributes)) expect(page).toContain(`${name}=${type === 'KEYWORD' ? 'Keyword' : 'Int'}`);
});

const never = () => Promise.reject(new Error('not asked'));

test('says what to do about every check of the doctor', () => {
  const services = { endpoints: never, mongo: never, control: never, files: never, csv: never, close: never };
  const names = doctorChecks(() => loadConfig({}), services).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(firstCells('What doctor looks at').slice(2).toSorted()).toEqual(names.toSorted());
});

test('lists every metric of ours', async () => {
  const clock = { now: () => new Date() };
  const imports = { waiting: async () => ({ count: 0, oldest: null }) };
  const findWaiting = async () => ({});
  const worker = createImportMetrics({ imports, clock, scans: async () => new Map() });
  const text = [worker, createDoorMetrics({ findWaiting, clock })].map((counted) => counted.text());
  const names = [...(await Promise.all(text)).join('\n').matchAll(/^# TYPE (imports_\w+)/gm)].map((match) => match[1] ?? '');
  const listed = firstCells('What to alert on').flatMap((cell) => /^`(imports_\w+)/.exec(cell)?.[1] ?? []);
  expect(listed.toSorted()).toEqual([...names, 'imports_well'].toSorted());
});
