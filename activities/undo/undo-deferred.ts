// Settles the users whose former e-mail or user name somebody else holds, after all parts: what another user gives up by being undone
// may be had back, chains and swaps included; what nobody gives up leaves the user as it is. Killed anywhere it starts over: writes
// carry their mark, keys that were given up are given back at the end, its result is written last.

import { userIdOf } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { settleTakeovers, type Release, type Takeover } from '../../src/domain/decide/settle-takeovers';
import type { StoredFieldName } from '../../src/domain/user';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat/beat';
import { inBatches } from '../in-batches';
import { loadImport } from '../load-import';
import { loadUndo } from './load-undo';
import { releasesFor } from '../apply/releases-for';
import { holdersOf, otherThan } from '../plan/takeovers';
import { isUndoDone, type InTurn } from '../turn/require-turn';
import { UndoTally } from './undo-tally';
import { decideOne, undoUsers, type Undoable } from './undo-users';
import { fieldOf, wishesOf } from '../apply/wishes';

const BATCH = 1_000;
/** Others may take values while we settle. Then the rest is settled anew, but no more often than this when nothing came of it. */
const MOST_VAIN_ROUNDS = 5;

type DeferredPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'undos' | 'changes' | 'users' | 'clock'>;

export const undoDeferred =
  (ports: DeferredPorts) =>
  async ({ importId, turn }: InTurn): Promise<void> => {
    if (await isUndoDone(ports, { importId, turn })) return;
    const { run } = await loadImport(ports, importId);
    const { chunks } = await loadUndo(ports, importId);
    const lines: number[] = [];
    for await (const { n, result } of ports.undos.chunkResults(importId)) {
      if (n === chunks) return;
      lines.push(...result.deferred);
    }
    const items: Undoable[] = [];
    for (const batch of inBatches(lines, BATCH)) {
      for (const change of await ports.changes.read(importId, { lines: batch })) items.push({ userId: change.userId, change });
    }
    const tally = new UndoTally();
    await settle(ports, run, items, tally);
    await giveBackKeysOfImport(ports, run);
    await ports.undos.setChunkResult(importId, chunks!, { counts: tally.counts, left: tally.left, deferred: [] });
  };

async function settle(ports: DeferredPorts, run: ImportRun, items: readonly Undoable[], tally: UndoTally): Promise<void> {
  try {
    await writeAll(ports, run, items, tally);
  } finally {
    // Also when the step is cancelled: it may be long until a retry comes to it.
    for (const batch of inBatches(items, BATCH)) await ports.users.restoreKeys(batch.map(({ userId }) => userId));
  }
}

async function writeAll(ports: DeferredPorts, run: ImportRun, items: readonly Undoable[], tally: UndoTally): Promise<void> {
  let open = items;
  const leave = (item: Undoable, field: 'email' | 'userName') =>
    tally.add(item, { kind: 'left', why: field === 'email' ? 'EMAIL_TAKEN' : 'USER_NAME_TAKEN', by: null });
  for (let vainRounds = 0; open.length > 0;) {
    const byUser = new Map(open.map((item) => [item.userId, item]));
    const { possible, impossible, releases } = settleTakeovers(await takeoversOf(ports, run, open));
    for (const { takeover, keys } of impossible) leave(byUser.get(takeover.userId)!, fieldOf(keys[0]!));
    if (vainRounds === MOST_VAIN_ROUNDS) {
      for (const { userId, wants } of possible) leave(byUser.get(userId)!, fieldOf(wants[0]?.key ?? 'email:'));
      break;
    }
    open = await write(ports, run, { items: possible.map(({ userId }) => byUser.get(userId)!), releases }, tally);
    vainRounds = open.length === possible.length ? vainRounds + 1 : 0;
  }
}

async function takeoversOf(ports: DeferredPorts, run: ImportRun, items: readonly Undoable[]): Promise<readonly Takeover[]> {
  const takeovers: Takeover[] = [];
  for (const batch of inBatches(items, BATCH)) {
    beat();
    const users = await ports.users.read(batch.map(({ userId }) => userId));
    const wishes = batch.map((item) => {
      const user = users.get(item.userId);
      const decision = decideOne(run.importId, item, user, ports.clock.now());
      if (decision.kind !== 'restore') return { userId: item.userId, wants: [], givesUp: [] };
      const { set, unset } = decision.restore;
      const now = user?.values ?? {};
      const gone = (field: StoredFieldName) => (unset.includes(field) || set[field] !== undefined) && now[field] !== undefined;
      return {
        userId: item.userId,
        wants: wishesOf(set),
        givesUp: wishesOf({ ...(gone('email') && { email: now.email }), ...(gone('userName') && { userName: now.userName }) }).map(
          ({ key }) => key,
        ),
      };
    });
    const holderOf = await holdersOf(
      ports.users,
      run.clientId,
      wishes.flatMap(({ wants }) => wants),
    );
    for (const { userId, wants, givesUp } of wishes) {
      takeovers.push({ userId, givesUp, wants: wants.map(({ key }) => ({ key, holder: otherThan(userId, holderOf(key)) })) });
    }
  }
  return takeovers;
}

/** Returns those that somebody else was faster with. */
async function write(
  ports: DeferredPorts,
  run: ImportRun,
  { items, releases }: { readonly items: readonly Undoable[]; readonly releases: readonly Release[] },
  tally: UndoTally,
): Promise<Undoable[]> {
  const again: Undoable[] = [];
  const due = releasesFor(releases);
  for (const batch of inBatches(items, BATCH)) {
    await ports.users.releaseKeys(due(batch.map(({ userId }) => userId)));
    const answers = await undoUsers(ports, run, batch);
    const undone: number[] = [];
    answers.forEach((answer, at) => {
      const item = batch[at]!;
      if (answer.kind === 'taken') again.push(item);
      else tally.add(item, answer);
      if (answer.kind === 'undone' && item.change !== null) undone.push(item.change.line);
    });
    await ports.changes.markUndone(run.importId, undone, ports.clock.now());
    beat();
  }
  return again;
}

/** An import that stopped while it settled swaps of its own may have left users without the keys of their values. */
async function giveBackKeysOfImport(ports: DeferredPorts, run: ImportRun): Promise<void> {
  if (run.state === 'finished') return;
  for await (const { result } of ports.imports.chunkResults(run.importId)) {
    for (const batch of inBatches(result.deferred, BATCH)) {
      await ports.users.restoreKeys(batch.map(({ uniqueId }) => userIdOf(run.clientId, uniqueId)));
    }
    beat();
  }
}
