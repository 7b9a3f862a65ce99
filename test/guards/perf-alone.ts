// Measures what each part of an import costs a record, in a process of its own, and prints it as JSON. The heap of a process that has run other
// tests, and what its collector does beside them, would count as the part's.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mongo } from 'mongoose';
import { createCsvFiles } from '../../src/adapters/csv/csv-files';
import { LookAlikes } from '../../src/adapters/mongo/users/look-alikes';
import { DEFAULT_SETTINGS } from '../../src/domain/client';
import { decide } from '../../src/domain/decide/decide';
import { checkHeader } from '../../src/domain/file/check-header';
import { importIdOf, parseClientId, userIdOf } from '../../src/domain/ids';
import type { CheckedRecord, RawRow } from '../../src/domain/record/record';
import { recordChecker } from '../../src/domain/record/record-checker';

const RECORDS = 10_000;
const ROUNDS = 6;
/** On a machine that is busy with other things. */
const MOST_ROUNDS = 60;
const SETTINGS = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@parking.example' };
const HEADER =
  'unique_id,login_source,first_name,last_name,user_name,email,street,city,province,postal_code,phone_cell,date_of_birth,active';
const line = (n: number): string =>
  `${100_000 + n},OPSCOM,First${n},Last${n},user${n},user${n}@example.edu,"${n} King St, Apt ${n % 50}",Ottawa,ON,K1A 0B1,613-555-0100,1999-02-28,1\r\n`;

async function spentOn(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** A record's worth of what all parts are made of: looking at characters, cutting texts, filling objects. */
function calibrate(): number {
  let sum = 0;
  for (let n = 0; n < RECORDS; n++) {
    const text = line(n);
    const fields: Record<string, string> = {};
    for (let at = 0, from = 0; at < text.length; at++) {
      if (text.charCodeAt(at) !== 0x2c) continue;
      fields[`f${from % 8}`] = text.slice(from, at);
      from = at + 1;
    }
    sum += Object.keys(fields).length;
  }
  return sum;
}

async function partsIn(dir: string) {
  const acme = parseClientId('acme')!;
  const csv = createCsvFiles();
  const source = path.join(dir, 'source');
  writeFileSync(source, `${HEADER}\r\n${Array.from({ length: RECORDS }, (_, n) => line(n)).join('')}`);
  const paths = { sourcePath: source, textPath: path.join(dir, 'text') };
  const inspect = () =>
    csv.inspect({ ...paths, idsPath: path.join(dir, 'ids'), fileName: 'users.csv', lineBreakHabit: null }, SETTINGS, () => undefined);
  const { verdict } = await inspect();
  if (verdict.kind !== 'accepted') throw new Error('The file was refused.');
  const { chunks, layout } = verdict;
  const rows: RawRow[] = [];
  const split = async () => {
    rows.length = 0;
    for (const chunk of chunks) for (const row of await csv.readChunk(paths, layout, chunk)) rows.push(row);
  };
  const header = checkHeader(layout.headers, SETTINGS);
  if (header.kind === 'refused') throw new Error('The header was refused.');
  const { droppedBack, delimiter } = layout;
  const checker = recordChecker({ columns: header.columns, settings: SETTINGS, droppedBack, delimiter, today: '2026-11-01' });
  let records: CheckedRecord[] = [];
  const check = () => (records = rows.map(checker));
  await split();
  check();
  const stored = records.map(({ uniqueId, values }) => {
    const stamp = { importId: importIdOf(acme, 1), seq: 1, line: 2, decision: 'create' };
    return mongo.BSON.serialize({ _id: userIdOf(acme, uniqueId), clientId: acme, ...values, status: 'active', rev: 1, imported: stamp });
  });
  const reader = new LookAlikes();
  const readUsers = () => stored.map((bytes, n) => reader.readBeside(bytes, () => records[n]!.values));
  const context = {
    importId: importIdOf(acme, 2),
    seq: 2,
    archiveOnInactive: true,
    reactivateOnActive: false,
    requiredFields: [],
    superseded: false,
  };
  const users = records.map(({ uniqueId, values }) => ({
    userId: userIdOf(acme, uniqueId),
    clientId: acme,
    uniqueId,
    status: 'active' as const,
    rev: 1,
    values,
  }));
  const decideAll = () => records.map((record, n) => decide(record, undefined, users[n], context));
  return { inspect, split, check, readUsers, decide: decideAll };
}

/**
 * In records' worth of `calibrate`. Both are measured in turn and the least of each counts: what disturbs only adds. A part that costs more than
 * its `enough` is measured more often, in case the machine is busy.
 */
async function measure(enough: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const dir = mkdtempSync(path.join(tmpdir(), 'perf-'));
  try {
    const costs: Record<string, number> = {};
    let unit = Infinity;
    for (const [name, work] of Object.entries(await partsIn(dir))) {
      let least = Infinity;
      for (let round = 0; round < ROUNDS || (least > enough[name]! * unit && round < MOST_ROUNDS); round++) {
        unit = Math.min(unit, await spentOn(calibrate));
        least = Math.min(least, await spentOn(work));
      }
      costs[name] = least / unit;
    }
    return costs;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

void measure(JSON.parse(process.argv[2]!) as Record<string, number>).then((costs) => process.stdout.write(JSON.stringify(costs)));
