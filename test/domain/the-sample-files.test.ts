// The sample files through the pure rules alone: what the header, the records, the file as a whole and the stored users say of each
// line. Taking over an e-mail or user name from another user is the store's part, so it is played here by the simplest means.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { checkHeader } from '../../src/domain/file/check-header';
import { emailKeyOf } from '../../src/domain/record/claims';
import { DEFAULT_SETTINGS, type ClientSettings } from '../../src/domain/client';
import { atOnce } from '../support/at-once';
import { createConflictFinder, recordIdentity } from '../../src/domain/file/conflict-finder';
import { decide } from '../../src/domain/decide/decide';
import { importIdOf, parseClientId, userIdOf } from '../../src/domain/ids';
import { takenReason, type Reason } from '../../src/domain/reason/reasons';
import type { Column, RawRow } from '../../src/domain/record/record';
import { recordChecker } from '../../src/domain/record/record-checker';
import type { User } from '../../src/domain/user';

const samples = path.join(__dirname, '../samples/opscom');
const expected = JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8'));
const clientId = parseClientId('acme')!;
const settings: ClientSettings = {
  ...DEFAULT_SETTINGS,
  ...expected.client,
  failedImportEmail: 'it@acme.example',
  replyToAdminEmail: 'admin@acme.example',
};

function readSample(name: string): { headers: readonly string[]; rows: readonly RawRow[] } {
  const text = readFileSync(path.join(samples, name), 'utf8');
  const delimiter = /[,;\t]/.exec(text)?.[0] ?? ',';
  const parsed: string[][] = parse(text, { bom: true, delimiter, relax_column_count: true });
  let line = 1;
  const rows = parsed.map((cells) => {
    const row = { line, cells };
    line += cells.join('').split('\n').length;
    return row;
  });
  return { headers: rows[0]?.cells ?? [], rows: rows.slice(1) };
}

function acceptedColumns(headers: readonly string[]): readonly Column[] {
  const verdict = checkHeader(headers, settings);
  if (verdict.kind === 'refused') throw new Error(verdict.refusal.message);
  return verdict.columns;
}

/** Applies a file to the users and returns what became of it. */
function importSample(name: string, seq: number, users: Map<string, User>) {
  const { headers, rows } = readSample(name);
  const columns = acceptedColumns(headers);
  const check = recordChecker({ columns, settings, droppedBack: false, delimiter: ',', today: '2026-01-31' });
  const finder = createConflictFinder();
  const records = rows.map((row) => check(row));
  records.forEach((record, at) => finder.add(record, recordIdentity(rows[at]!, columns, record)));
  const marks = new Map([...atOnce(finder.finish()).marks(new Map())].map((mark) => [mark.line, mark]));

  const importId = importIdOf(clientId, seq);
  const counts = { records: rows.length, created: 0, updated: 0, unchanged: 0, rejected: 0, repeated: 0, superseded: 0, archived: 0 };
  const rejected: Record<string, string[]> = {};
  const reject = (line: number, reasons: readonly Reason[]) => {
    counts.rejected++;
    rejected[line] = reasons.map(({ code }) => code);
  };
  const writes: { line: number; user: User }[] = [];
  for (const record of records) {
    const mark = marks.get(record.line);
    if (mark?.repeats === true) {
      counts.repeated++;
      continue;
    }
    const { decision } = decide(record, mark, users.get(record.uniqueId), {
      importId,
      seq,
      archiveOnInactive: settings.archiveOnInactive,
      reactivateOnActive: settings.reactivateOnActive,
      requiredFields: settings.requiredFields,
      superseded: false,
    });
    if (decision.kind === 'reject') reject(record.line, decision.reasons);
    else if (decision.kind === 'unchanged') counts.unchanged++;
    else if (decision.kind !== 'superseded' && decision.kind !== 'done') {
      const { kind, set } = decision;
      const before = users.get(record.uniqueId);
      writes.push({
        line: record.line,
        user: {
          userId: userIdOf(clientId, record.uniqueId),
          clientId,
          uniqueId: record.uniqueId,
          status: kind === 'archive' ? 'archived' : (before?.status ?? 'active'),
          rev: (before?.rev ?? 0) + 1,
          values: { ...before?.values, ...set },
          imported: { importId, seq, line: record.line, decision: kind },
        },
      });
    }
  }
  const after = new Map([...users, ...writes.map(({ user }) => [user.uniqueId, user] as const)]);
  for (const { line, user } of writes) {
    const taken = takenFields(user, after);
    const kind = user.imported!.decision;
    if (taken.length > 0) {
      reject(
        line,
        taken.map((field) => takenReason(field, field, undefined)),
      );
      continue;
    }
    users.set(user.uniqueId, user);
    if (kind === 'create') counts.created++;
    else counts.updated++;
    if (kind === 'archive') counts.archived++;
  }
  return { counts, rejected };
}

function takenFields(user: User, all: ReadonlyMap<string, User>): ('email' | 'userName')[] {
  const others = [...all.values()].filter(({ uniqueId }) => uniqueId !== user.uniqueId);
  const emails = new Set(others.map(({ values }) => emailKeyOf(String(values.email ?? ''))));
  const userNames = new Set(others.map(({ values }) => values.userName));
  return [
    ...(user.values.email !== undefined && emails.has(emailKeyOf(String(user.values.email))) ? (['email'] as const) : []),
    ...(user.values.userName !== undefined && userNames.has(user.values.userName) ? (['userName'] as const) : []),
  ];
}

test('the first load, the changes and the same bytes again come out as promised', () => {
  const users = new Map<string, User>();
  const first = importSample('01-first-load.csv', 1, users);
  expect(first.counts).toMatchObject(expected['01-first-load.csv'].counts);

  const { permitsReleased: _, ...counts } = expected['02-changes-and-failures.csv'].counts;
  const second = importSample('02-changes-and-failures.csv', 2, users);
  expect(second.rejected).toEqual(expected['02-changes-and-failures.csv'].rejected);
  expect(second.counts).toEqual(counts);
  expect(users.get('1003')).toMatchObject({ status: 'archived' });
  expect(users.get('000123')).toBeDefined();
  expect(users.get('1010')?.values.email).toBe('jo.li@example.edu');
  expect(users.get('1005')?.values).toMatchObject({ loginSource: 'SAML', province: 'QC' });

  const { permitsReleased: __, ...again } = expected['the same bytes again'].counts;
  expect(importSample('02-changes-and-failures.csv', 3, users).counts).toEqual(again);
});

const files = Object.entries(expected.files as Record<string, { outcome: string; says?: string[]; created?: number; rejected?: number }>);

test.each(files.filter(([name]) => name.startsWith('refused-') && /header|missing/.test(name) && !name.includes('header-only')))(
  '%s is refused, and the message names what is wrong',
  (name, { says }) => {
    const verdict = checkHeader(readSample(name).headers, settings);
    if (verdict.kind === 'accepted') throw new Error('accepted');
    for (const word of says ?? []) expect(verdict.refusal.message).toContain(word);
  },
);

test.each(files.filter(([name]) => !name.startsWith('refused-')))('%s is imported', (name, { created, rejected }) => {
  const { counts } = importSample(name, 1, new Map());
  expect({ created: counts.created, rejected: counts.rejected }).toEqual({ created, rejected: rejected ?? 0 });
});
