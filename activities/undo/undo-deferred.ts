// Settles the users whose former e-mail or user name somebody else holds, after all parts: what another user gives up by being undone
// may be had back, chains and swaps included; a user whose value nobody gives up is left alone. Killed anywhere, it continues where it
// stopped: writes carry their mark, keys that were given up are given back, and each part's result is written last.

import { activityInfo } from '@temporalio/activity';
import { userIdOf } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { StoredFieldName } from '../../src/domain/user';
import type { UndoChunkResult } from '../../src/domain/undo/undo';
import type { ActivityPorts } from '../activity-ports';
import { type Exchange, wishesOf, withHolders, withReleasedKeys } from '../settle/takeovers';
import { beat, whileBeating } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { loadImport } from '../load-import';
import { settleInParts, type Due, type Lost, type Settlement } from '../settle/settle-in-parts';
import { requireUndoTurn, undoInTurn, type InTurn } from '../turn/require-turn';
import { UndoTally, decideOne, undoUsers, type Undoable } from './undo-users';

const BATCH = 500;

export async function undoDeferred(ports: ActivityPorts, { importId, turn }: InTurn): Promise<void> {
  const { finishedAt, round } = await undoInTurn(ports, { importId, turn });
  if (finishedAt !== null) return;
  const { run } = await loadImport(ports, importId);
  await whileBeating(() => settleInParts(deferredUsers(ports, run, { turn, round, isRepeated: activityInfo().attempt > 1 })));
}

function deferredUsers(
  ports: ActivityPorts,
  run: ImportRun,
  { turn, round, isRepeated }: { readonly turn: number; readonly round: number; readonly isRepeated: boolean },
): Settlement<UndoChunkResult> {
  const { importId, clientId } = run;

  const read = async (lines: readonly number[]): Promise<readonly Undoable[]> => {
    const changes = await ports.changes.read(importId, { lines });
    const byLine = new Map(changes.map((change) => [change.line, { userId: change.userId, change }]));
    return lines.map((line) => byLine.get(line)!);
  };

  /** What each user would have back. */
  const exchangesOf = async (items: readonly Undoable[]): Promise<readonly Exchange[]> => {
    const users = await ports.users.read(items.map(({ userId }) => userId));
    return items.map((item) => {
      const { userId } = item;
      const user = users.get(userId);
      const decision = decideOne(importId, item, user, ports.clock.now());
      if (decision.kind !== 'restore') return { userId, wants: [], givesUp: [] };
      const { set, unset } = decision.restore;
      const now = user?.values ?? {};
      const gone = (field: StoredFieldName) => (unset.includes(field) || set[field] !== undefined) && now[field] !== undefined;
      return {
        userId,
        wants: wishesOf(set),
        givesUp: wishesOf({ ...(gone('email') && { email: now.email }), ...(gone('userName') && { userName: now.userName }) }),
      };
    });
  };

  const write = async (due: readonly Due[], tally: UndoTally): Promise<readonly number[]> => {
    await requireUndoTurn(ports, { importId, turn });
    const items = await read(due.map(({ line }) => line));
    const exchanges = due.some(({ releases }) => releases.length > 0) ? await exchangesOf(items) : [];
    const takers = exchanges.map((exchange, at) => ({ ...exchange, due: due[at]! }));
    const answers = await withReleasedKeys(ports.users, clientId, takers, () => undoUsers(ports, run, items));
    const again: number[] = [];
    const undone: number[] = [];
    answers.forEach((answer, at) => {
      const { line } = due[at]!;
      if (answer.kind === 'taken') return again.push(line);
      if (answer.kind === 'undone') undone.push(line);
      return tally.add(items[at]!, answer);
    });
    await ports.changes.markUndone(importId, undone, ports.clock.now());
    return again;
  };

  const leave = async (lost: readonly Lost[], tally: UndoTally): Promise<readonly number[]> => {
    const items = await read(lost.map(({ line }) => line));
    items.forEach((item, at) => {
      const isUserName = lost[at]!.fields?.[0] === 'userName';
      tally.add(item, { kind: 'left', why: isUserName ? 'USER_NAME_TAKEN' : 'EMAIL_TAKEN', by: null });
    });
    return [];
  };

  return {
    importId,
    parts: ports.undos.partsOf(round),
    async *deferred() {
      for await (const { result } of ports.undos.chunkResults(importId)) yield result.deferred;
    },
    async takeovers(lines) {
      const items = await read(lines);
      // What an attempt that died had released.
      if (isRepeated) await ports.users.restoreKeys(items.map(({ userId }) => userId));
      return withHolders(ports.users, clientId, await exchangesOf(items));
    },
    begin() {
      const tally = new UndoTally();
      return {
        write: (due) => write(due, tally),
        leave: (lost) => leave(lost, tally),
        result: () => ({ counts: tally.counts, left: tally.left, deferred: [] }),
      };
    },
    /** An import that stopped while it settled swaps may have left users without the keys of their values. */
    async beforeEnd() {
      if (run.state === 'finished') return;
      for await (const { result } of ports.imports.chunkResults(importId)) {
        for await (const lines of inBatches(result.deferred, BATCH)) {
          const records = await ports.deferred.read(importId, lines);
          await ports.users.restoreKeys([...records.values()].map(({ uniqueId }) => userIdOf(clientId, uniqueId)));
          beat();
        }
      }
      await ports.deferred.remove(importId, beat);
    },
  };
}
