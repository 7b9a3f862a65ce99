// Imports and the sequence numbers of clients. Chunks of an import live in `import-chunks.ts`.

import type { QueryFilter, UpdateQuery } from 'mongoose';
import type { ClientId, ImportId } from '../../../domain/ids';
import type { GoAhead, ImportRun } from '../../../domain/import-run';
import { ENDED_STATES, IMPORT_STATES, statesThat } from '../../../domain/import-state';
import { notFound } from '../../../errors';
import type { CountedImport, ImportQuery } from '../../../domain/import-stats';
import type { ImportStore } from '../../../ports';
import type { CounterDocument, ImportDocument } from '../documents';
import { createImportChunks } from './import-chunks';
import { ifFound, type Models, native } from '../models';

const HAS_TURN = statesThat(({ holdsTurn }) => holdsTurn);
const MAY_BE_APPLIED: readonly GoAhead[] = ['whole', 'without-archives'];

export function createImportStore(models: Pick<Models, 'imports' | 'importChunks' | 'counters'>): ImportStore {
  const { imports, counters } = models;

  const before = async (clientId: ClientId, seq: number, more: object): Promise<ImportRun | undefined> => {
    const filter = { clientId, seq: { $lt: seq }, ...more };
    return ifFound(await imports.findOne(filter).sort({ seq: -1 }).lean<ImportDocument>(), toImportRun);
  };

  const changeOne = async (importId: ImportId, how: UpdateQuery<ImportDocument>): Promise<void> => {
    const { matchedCount } = await imports.updateOne({ _id: importId }, how);
    if (matchedCount === 0) throw notFound(`Import ${importId} was not changed: there is none of that id. See \`imports list\`.`);
  };

  const changeIf = async (filter: QueryFilter<ImportDocument>, change: object): Promise<boolean> =>
    (await imports.updateOne(filter, { $set: change })).matchedCount > 0;

  return {
    ...createImportChunks(models),

    async nextSeq(clientId) {
      const counter = await counters
        .findOneAndUpdate({ _id: `imports/${clientId}` }, { $inc: { value: 1 } }, { upsert: true, returnDocument: 'after' })
        .orFail()
        .lean<CounterDocument>();
      return counter.value;
    },
    async insert({ importId, ...run }) {
      await imports.create({ _id: importId, ...run });
    },
    find: async (importId) => ifFound(await imports.findById(importId).lean<ImportDocument>(), toImportRun),
    update: (importId, change) => changeOne(importId, { $set: change }),
    noteRefusedBy: (importId, refusedBy) => changeOne(importId, { $addToSet: { refusedBy: { $each: [...refusedBy] } } }),
    updateIf: (importId, { state, ...expected }, change) =>
      changeIf({ _id: importId, ...expected, ...(state !== undefined && { state: { $in: state } }) }, change),
    advance(importId, to, change = {}, { state, ...expected } = {}) {
      const from = IMPORT_STATES[to].from.filter((one) => state === undefined || state.includes(one));
      return changeIf({ _id: importId, ...expected, state: { $in: from } }, { ...change, state: to });
    },
    async hasTurn(importId, turn) {
      const filter = { _id: importId, turn, state: { $in: [...HAS_TURN] } };
      return (await native(imports).findOne(filter, { projection: { _id: 1 } })) !== null;
    },
    async clientsWith(states) {
      const found = await imports.find({ state: { $in: states } }, { clientId: 1 }).lean<Pick<ImportDocument, 'clientId'>[]>();
      return [...new Set(found.map(({ clientId }) => clientId))];
    },
    async removeUnclaimed(importId) {
      await imports.deleteOne({ _id: importId, state: 'claiming' });
    },
    async list({ limit, ...query }) {
      return (await imports.find(filterOf(query)).sort(newestFirst(query)).limit(limit).lean<ImportDocument[]>()).map(toImportRun);
    },
    async listIds({ limit, ...query }) {
      const found = imports.find(filterOf(query), { _id: 1 }).sort(newestFirst(query)).limit(limit);
      return (await found.lean<Pick<ImportDocument, '_id'>[]>()).map(({ _id }) => _id);
    },
    count: async (query) => imports.countDocuments(filterOf(query)),
    async *each(query) {
      const needed = { clientId: 1, state: 1, outcome: 1, bytes: 1, counts: 1, reasonCounts: 1 };
      for await (const { _id, ...counted } of imports.find(filterOf(query), needed).lean<CountedDocument>().cursor({ batchSize: 1_000 }))
        yield counted;
    },
    async waiting(state) {
      const [count, oldest] = await Promise.all([
        imports.countDocuments({ state }),
        imports.findOne({ state }, { receivedAt: 1 }).sort({ receivedAt: 1 }).lean<Pick<ImportDocument, 'receivedAt'>>(),
      ]);
      return { count, oldest: oldest?.receivedAt ?? null };
    },
    async inOrder(clientId, states) {
      const filter = { clientId, state: { $in: states } };
      return (await imports.find(filter).sort({ seq: 1 }).lean<ImportDocument[]>()).map(toImportRun);
    },
    async earlier(clientId, seq, sha256) {
      const [sameBytes, previous] = await Promise.all([
        before(clientId, seq, { sha256, state: { $in: ENDED_STATES } }),
        before(clientId, seq, {}),
      ]);
      return { sameBytes, previous };
    },
    async newerApplied(clientId, seq) {
      // Not by the state: one that failed half-way, or is being retried, also contained its users.
      const newer = await imports
        .find(
          { clientId, seq: { $gt: seq }, goAhead: { $in: MAY_BE_APPLIED }, state: { $ne: 'undone' } },
          { state: 1, askedAt: 1, held: 1 },
        )
        .sort({ seq: 1 })
        .lean<Approved[]>();
      return newer.filter((one) => !isStillToBegin(one)).map(({ _id }) => _id);
    },
  };
}

type Approved = Pick<ImportDocument, '_id' | 'state' | 'askedAt' | 'held'>;

/** Approved, and waiting for its first turn since: it comes after the one that writes now. A retry of it would have asked later. */
function isStillToBegin({ state, askedAt, held }: Approved): boolean {
  return state === 'queued' && held?.decided?.at.getTime() === askedAt.getTime();
}

type CountedDocument = CountedImport & { readonly _id: ImportId };

function filterOf({ clientIds, states, outcomes, reports, since, until, isKept }: ImportQuery): QueryFilter<ImportDocument> {
  return {
    ...(clientIds !== undefined && { clientId: clientIds.length === 1 ? clientIds[0]! : { $in: [...clientIds] } }),
    ...(states !== undefined && { state: { $in: [...states] } }),
    ...(outcomes !== undefined && { outcome: { $in: [...outcomes] } }),
    ...(reports !== undefined && { report: { $in: [...reports] }, finishedAt: { $ne: null } }),
    ...((since !== undefined || until !== undefined) && {
      receivedAt: { ...(since !== undefined && { $gte: since }), ...(until !== undefined && { $lt: until }) },
    }),
    ...(isKept === true && { expiredAt: null }),
  };
}

function toImportRun({ _id, ...run }: ImportDocument): ImportRun {
  return { importId: _id, ...run };
}

/** One client's clock may jump, its sequence does not; over several clients only time says what is newer. */
function newestFirst({ clientIds }: ImportQuery): Readonly<Record<string, -1>> {
  return clientIds?.length === 1 ? { seq: -1 } : { receivedAt: -1 };
}
