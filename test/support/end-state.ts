// Everything that a client, an operator or the next import could notice of one client, without its name and without times: what is left
// after a disturbed run must equal what an undisturbed one leaves.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { mongo } from 'mongoose';

/** What of an import, and of its undo, is the same however often its steps ran. */
const IMPORT = { fileName: 1, seq: 1, state: 1, outcome: 1, counts: 1, reasonCounts: 1, report: 1, backup: 1, failure: 1 };

const UNDO = { round: 1, counts: 1, report: 1, failure: 1 };

export type EndState = Readonly<Record<string, unknown>>;

export async function endState(db: mongo.Db, dataDir: string, clientId: string): Promise<EndState> {
  const ofClient = (collection: string, projection = {}) =>
    db.collection(collection).find({ clientId }, { projection }).sort({ _id: 1 }).toArray();
  const ofImports = (collection: string) =>
    db
      .collection(collection)
      .find({ _id: { $gte: `${clientId}-` as never, $lt: `${clientId}.` as never } })
      .sort({ _id: 1 })
      .toArray();
  const imports = await ofClient('imports', IMPORT);
  const state = {
    imports,
    undos: await ofClient('undos', UNDO),
    users: await ofClient('users'),
    changes: await ofImports('userChanges'),
    // The same reasons, in whatever order two chunks found them.
    rejected: (await ofImports('rejectedRecords')).map(({ reasons, ...record }) => ({
      ...record,
      reasons: (reasons as { code: string }[]).map(({ code }) => code).sort(),
    })),
    permits: await ofClient('permits'),
    releases: await ofImports('permitReleases'),
    backups: backups(path.join(dataDir, 'clients', clientId, '.bak')),
    left: readdirSync(path.join(dataDir, 'clients', clientId)),
    work: readdirSync(path.join(dataDir, 'work')).filter((name) => name.startsWith(`${clientId}-`)),
  };
  // By their order: a sequence number that was given out and lost leaves a gap, which is nothing to anybody.
  const nth = new Map(imports.map(({ seq }, index) => [String(seq), String(index + 1)]));
  const nameless = JSON.stringify(state)
    .replace(new RegExp(`\\b${clientId}-(\\d+)`, 'g'), (_, seq: string) => `CLIENT-${nth.get(seq) ?? seq}`)
    .replace(/"seq":(\d+)/g, (_, seq: string) => `"seq":${nth.get(seq) ?? seq}`)
    .replaceAll(`"${clientId}"`, '"CLIENT"')
    .replaceAll(`"${clientId}/`, '"CLIENT/')
    .replaceAll(`/${clientId}/`, '/CLIENT/')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"');
  return JSON.parse(nameless) as EndState;
}

function backups(folder: string): Record<string, unknown> {
  const names = readdirSync(folder).toSorted();
  const contents = names.map((name): [string, unknown] => {
    const content = readFileSync(path.join(folder, name));
    const isReceipt = name.endsWith('.json');
    return [name, isReceipt ? JSON.parse(content.toString('utf8')) : createHash('sha256').update(content).digest('hex')];
  });
  return Object.fromEntries(contents);
}
