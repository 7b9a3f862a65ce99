// CONTRIBUTING.md says where a change goes. Here changes of these kinds are made to a copy of the sources, in the places that the table
// names and nowhere else: the copy passes the compiler, and does what was added.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const COPIED = ['src', 'workflows', 'activities', 'tsconfig.json', 'package.json', 'test/support/reason-codes-page.ts'];

interface Change {
  /** As the table has it. */
  readonly kind: string;
  /** A file, a text that it has once, and what comes in front of that text; no text = the whole of a new file. */
  readonly edits: readonly (readonly [file: string, before: string | null, added: string])[];
  /** Run in the copy, with `assert` at hand: whether the change does something. */
  readonly shows?: string;
}

const CHANGES: readonly Change[] = [
  {
    kind: 'a column, a rule of a value',
    edits: [['src/domain/record/fields.ts', "  field('dateOfBirth'", "  field('badgeNo', text(20), 'badge_no'),\n"]],
    shows: `
      const { checkHeader } = require('./src/domain/file/check-header');
      const settings = { profile: 'opscom', furtherColumns: [], unknownColumns: 'refuse' };
      assert.equal(checkHeader(['unique_id', 'login_source', 'badge_no'], settings).kind, 'accepted');
      assert.equal(checkHeader(['unique_id', 'login_source', 'badge'], settings).kind, 'refused');`,
  },
  {
    kind: 'a reason for rejecting a record, or refusing a file',
    edits: [
      [
        'src/domain/reason/reasons.ts',
        '  RECORD_SHAPE: {',
        `  BADGE_LOST: {
    scope: 'record',
    title: 'Badge lost',
    meaning: 'The badge is on the list of lost ones.',
    fix: 'Hand out another one.',
    sentence: () => 'The badge is on the list of lost ones; hand out another one.',
  },\n`,
      ],
    ],
    shows: `
      const { reason } = require('./src/domain/reason/reasons');
      assert.match(reason('BADGE_LOST', null).message, /hand out another one/);
      assert.match(require('./test/support/reason-codes-page').reasonCodesPage(), /BADGE_LOST.*on the list of lost ones/);`,
  },
  {
    kind: 'a setting of a client',
    edits: [
      ['src/domain/client.ts', '  readonly startOnUpload: boolean;', "  readonly badges: 'paper' | 'plastic';\n"],
      ['src/domain/client.ts', '  startOnUpload: true,', "  badges: 'paper',\n"],
      [
        'src/cli/clients/parse-setting.ts',
        "  setting('startOnUpload'",
        "  setting('badges', 'paper|plastic', 'what badges are made of', oneOf('paper', 'plastic')),\n",
      ],
    ],
    shows: `
      const { DEFAULT_SETTINGS } = require('./src/domain/client');
      const { applyAssignments, SETTINGS } = require('./src/cli/clients/parse-setting');
      const told = [];
      const set = applyAssignments(DEFAULT_SETTINGS, ['badges=plastic'], (problem) => told.push(problem));
      assert.deepEqual([SETTINGS.find(({ key }) => key === 'badges').show(set), told], ['plastic', []]);
      applyAssignments(DEFAULT_SETTINGS, ['badges=gold'], (problem) => told.push(problem));
      assert.match(told[0], /badges must be paper or plastic/);`,
  },
  {
    kind: 'what differs between kinds of clients',
    edits: [
      [
        'src/domain/client/profiles.ts',
        '  agylia: {',
        `  badges: {
    fields: FIELDS,
    layout: { folders: ['in'], readOnly: [], removeOnly: [], upload: { folder: ['in'], fileName: 'badges.csv' } },
    upload: 'left-in-place',
    report: 'failed-records',
    processLog: false,
    settings: { archiveOnInactive: true },
  },\n`,
      ],
    ],
    shows: `
      const { PROFILE_NAMES, profileOf, uploadPath } = require('./src/domain/client/profiles');
      assert.ok(PROFILE_NAMES.includes('badges'));
      assert.equal(uploadPath(profileOf({ settings: { profile: 'badges' } }).layout), '/in/badges.csv');`,
  },
  {
    kind: 'a setting of the installation',
    edits: [
      ['src/config/settings.ts', '  IMPORTS_KEEP_DAYS:', "  IMPORTS_BADGE_DAYS: days.prefault('30'),\n"],
      ['src/config/load-config.ts', '    keepDays: value.IMPORTS_KEEP_DAYS,', '    badgeDays: value.IMPORTS_BADGE_DAYS,\n'],
    ],
    shows: `
      const { loadConfig } = require('./src/config/load-config');
      assert.deepEqual([loadConfig({}).badgeDays, loadConfig({ IMPORTS_BADGE_DAYS: '7' }).badgeDays], [30, 7]);
      assert.throws(() => loadConfig({ IMPORTS_BADGE_DAYS: 'soon' }), /IMPORTS_BADGE_DAYS is not a whole number of days/);`,
  },
  {
    kind: 'a command',
    edits: [
      [
        'src/cli/commands/badge.ts',
        null,
        `import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';

export function addBadgeCommand(program: Command, { print }: Session): void {
  defineCommand(program, { usage: 'badge', summary: 'a badge', details: 'A badge.', examples: ['imports badge'] }).action(() => {
    print.show({ badge: 1 }, () => 'one badge');
  });
}
`,
      ],
      ['src/cli/program.ts', "import { addCheckCommand } from './imports/check';", "import { addBadgeCommand } from './commands/badge';\n"],
      ['src/cli/program.ts', '  addTemplateCommand(program, session);', '  addBadgeCommand(program, session);\n'],
    ],
    shows: `
      const written = [];
      const stdout = { write: (text) => written.push(text) };
      const { buildProgram } = require('./src/cli/program');
      buildProgram({ stdout, stderr: stdout, version: '1', columns: 80, hasColours: false }).parse(['node', 'imports', 'badge', '--json']);
      assert.deepEqual(JSON.parse(written.join('')), { badge: 1 });`,
  },
  {
    kind: 'a step of an import',
    edits: [
      [
        'activities/end/print-badges.ts',
        null,
        `import type { ActivityPorts } from '../activity-ports';
import type { InTurn } from '../turn/require-turn';

export async function printBadges(_ports: ActivityPorts, { importId }: InTurn): Promise<{ readonly badges: number }> {
  return { badges: importId.length };
}
`,
      ],
      ['activities/index.ts', 'import { releasePermits', "import { printBadges } from './end/print-badges';\n"],
      ['activities/index.ts', '  releasePermits: {', "  printBadges: { phase: 'backing-up', run: printBadges },\n"],
      ['workflows/import-file-steps.ts', "'inspectFile' | 'applyChunk'", "'printBadges' | "],
      ['workflows/import-file-steps.ts', '  await watcher.turnIsOver();', '  await steps.printBadges({ importId, turn });\n'],
      ['workflows/import-file.ts', 'applyDeferred, releasePermits, backUpFile }', 'printBadges, '],
      [
        'workflows/import-file.ts',
        '  applyDeferred: (input) =>',
        "  printBadges: (input) => printBadges.executeWithOptions({ summary: 'print badges' }, [input]),\n",
      ],
    ],
  },
];

/** For each kind of change the places that its row names. */
const places = new Map<string, readonly string[]>();
let copy: string;

beforeAll(() => {
  const [, table = ''] = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').split('## Where does my change go?');
  for (const [, kind, place] of table.matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm))
    places.set(
      kind!,
      Array.from(place!.matchAll(/`([^`]+)`/g), ([, name]) => name!),
    );
  copy = mkdtempSync(path.join(tmpdir(), 'contributing-'));
  mkdirSync(path.join(copy, 'test/support'), { recursive: true });
  for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test.each(CHANGES)('$kind: made where the table says, and nowhere else', ({ kind, edits }) => {
  const known = places.get(kind) ?? [];
  expect(edits.map(([file]) => file).filter((file) => !known.some((place) => file === place || file.startsWith(`${place}/`)))).toEqual([]);
  for (const [file, before, added] of edits) {
    const at = path.join(copy, file);
    if (before === null) writeFileSync(at, added);
    else {
      const [head, tail, ...more] = readFileSync(at, 'utf8').split(before);
      expect({ file, before, found: tail === undefined ? 0 : 1 + more.length }).toEqual({ file, before, found: 1 });
      writeFileSync(at, `${head}${added}${before}${tail}`);
    }
  }
});

test('the compiler takes all of them together', () => {
  const { stdout, stderr } = spawnSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', '.'], { cwd: copy, encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toBe('');
});

test.each(CHANGES.flatMap(({ kind, shows }) => (shows === undefined ? [] : [{ kind, shows }])))(
  '$kind: does what was added',
  ({ shows }) => {
    const script = `const assert = require('node:assert/strict');\n${shows}`;
    execFileSync(process.execPath, ['-r', path.join(ROOT, 'test/support/register-swc.js'), '-e', script], { cwd: copy, encoding: 'utf8' });
  },
);
