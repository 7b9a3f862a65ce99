// Settles the users whose former e-mail or user name somebody else holds, after all parts: what another user gives up by being undone
// may be had back, chains and swaps included; a user whose value nobody gives up is left alone. Killed anywhere, it continues where it
// stopped: writes carry their mark, keys that were given up are given back, and each part's result is written last.

import { activityInfo } from '@temporalio/activity';
import { userIdOf, type ImportId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { Takeover } from '../../src/domain/decide/takeover-plan';
import type { StoredFieldName } from '../../src/domain/user';
import type { UndoChunkResult } from '../../src/domain/undo/undo';
import type { ActivityPorts } from '../activity-ports';
import { type Exchange, wishesOf, withHolders, withReleasedKeys } from '../settle/takeovers';
import { beat, whileBeating } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { loadImport } from '../load-import';
import { settleInParts, type Due, type Lost, type PartOfSettlement, type Settlement } from '../settle/settle-in-parts';
import { requireUndoTurn, undoInTurn, type InTurn } from '../turn/require-turn';
import { UndoTally, decideOne, undoUsers, type Undoable } from './undo-users';

const BATCH = 500;

export async function undoDeferred(ports: ActivityPorts, { importId, turn }: InTurn): Promise<void> {
  const { finishedAt, round } = await undoInTurn(ports, { importId, turn });
  if (finishedAt !== null) return;
  const { run } = await loadImport(ports, importId);
  await whileBeating(() => settleInParts(new DeferredUsers(ports, run, { turn, round, isRepeated: activityInfo().attempt > 1 })));
}

class DeferredUsers implements Settlement<UndoChunkResult> {
  readonly importId: ImportId;
  readonly parts: Settlement<UndoChunkResult>['parts'];
  readonly #ports: ActivityPorts;
  readonly #run: ImportRun;
  readonly #turn: number;
  readonly #isRepeated: boolean;

  constructor(
    ports: ActivityPorts,
    run: ImportRun,
    { turn, round, isRepeated }: { readonly turn: number; readonly round: number; readonly isRepeated: boolean },
  ) {
    this.importId = run.importId;
    this.parts = ports.undos.partsOf(round);
    this.#ports = ports;
    this.#run = run;
    this.#turn = turn;
    this.#isRepeated = isRepeated;
  }

  async *deferred(): AsyncGenerator<readonly number[]> {
    for await (const { result } of this.#ports.undos.chunkResults(this.importId)) yield result.deferred;
  }

  async takeovers(lines: readonly number[]): Promise<readonly Takeover[]> {
    const items = await this.#read(lines);
    // What an attempt that died had released.
    if (this.#isRepeated) await this.#ports.users.restoreKeys(items.map(({ userId }) => userId));
    return withHolders(this.#ports.users, this.#run.clientId, await this.#exchanges(items));
  }

  /** What each user would have back. */
  async #exchanges(items: readonly Undoable[]): Promise<readonly Exchange[]> {
    const users = await this.#ports.users.read(items.map(({ userId }) => userId));
    return items.map((item) => {
      const { userId } = item;
      const user = users.get(userId);
      const decision = decideOne(this.importId, item, user, this.#ports.clock.now());
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
  }

  begin(): PartOfSettlement<UndoChunkResult> {
    const tally = new UndoTally();
    return {
      write: (due) => this.#write(due, tally),
      leave: (lost) => this.#leave(lost, tally),
      result: () => ({ counts: tally.counts, left: tally.left, deferred: [] }),
    };
  }

  async #write(due: readonly Due[], tally: UndoTally): Promise<readonly number[]> {
    await requireUndoTurn(this.#ports, { importId: this.importId, turn: this.#turn });
    const items = await this.#read(due.map(({ line }) => line));
    const exchanges = due.some(({ releases }) => releases.length > 0) ? await this.#exchanges(items) : [];
    const takers = exchanges.map((exchange, at) => ({ ...exchange, due: due[at]! }));
    const answers = await withReleasedKeys(this.#ports.users, this.#run.clientId, takers, () => undoUsers(this.#ports, this.#run, items));
    const again: number[] = [];
    const undone: number[] = [];
    answers.forEach((answer, at) => {
      const { line } = due[at]!;
      if (answer.kind === 'taken') return again.push(line);
      if (answer.kind === 'undone') undone.push(line);
      return tally.add(items[at]!, answer);
    });
    await this.#ports.changes.markUndone(this.importId, undone, this.#ports.clock.now());
    return again;
  }

  async #leave(lost: readonly Lost[], tally: UndoTally): Promise<readonly number[]> {
    const items = await this.#read(lost.map(({ line }) => line));
    items.forEach((item, at) => {
      const isUserName = lost[at]!.fields?.[0] === 'userName';
      tally.add(item, { kind: 'left', why: isUserName ? 'USER_NAME_TAKEN' : 'EMAIL_TAKEN', by: null });
    });
    return [];
  }

  async #read(lines: readonly number[]): Promise<readonly Undoable[]> {
    const changes = await this.#ports.changes.read(this.importId, { lines });
    const byLine = new Map(changes.map((change) => [change.line, { userId: change.userId, change }]));
    return lines.map((line) => byLine.get(line)!);
  }

  /** An import that stopped while it settled swaps may have left users without the keys of their values. */
  async beforeEnd(): Promise<void> {
    if (this.#run.state === 'finished') return;
    const { clientId } = this.#run;
    for await (const { result } of this.#ports.imports.chunkResults(this.importId)) {
      for await (const lines of inBatches(result.deferred, BATCH)) {
        const records = await this.#ports.deferred.read(this.importId, lines);
        await this.#ports.users.restoreKeys([...records.values()].map(({ uniqueId }) => userIdOf(clientId, uniqueId)));
        beat();
      }
    }
    await this.#ports.deferred.remove(this.importId, beat);
  }
}
