// A client to whom things happen (`random-acts.ts`), through the real steps: its inbox gives turns, held imports wait while others go on,
// and a step whose worker dies is done again by another one, or its import stops.

import type { Activities } from '../../activities';
import { Killed, mortal } from './mortal';
import type { ClientId, ImportId, UserId } from '../../src/domain/ids';
import type { HoldDecision, ImportRun } from '../../src/domain/import-run';
import { IMPORT_STATES } from '../../src/domain/import-state';
import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import { countLeft } from '../../src/domain/undo/undo';
import { importFileSteps } from '../../workflows/import-file-steps';
import { QUIET_WATCHER, stepsOver, type World } from './in-process-import';
import { runUndo } from './in-process-undo';
import type { Act, ApplicationWrite, Fate, Row } from './random-acts';

const HEADERS: Readonly<Record<keyof Row, string>> = {
  uniqueId: 'unique_id',
  loginSource: 'login_source',
  firstName: 'first_name',
  userName: 'user_name',
  email: 'email',
  active: 'active',
};
const LIVES: Fate = { diesAt: 0, when: 'before', whatThen: 'another goes on' };
const DECIDED_BY = { reason: 'a test', by: 'pat' };

interface HeldImport {
  decide(decision: HoldDecision): void;
  readonly ended: Promise<void>;
}

export class RandomClient {
  /** Users and permits that the application wrote: nobody promises what an undo makes of them. */
  readonly touched = new Set<string>();
  readonly #held = new Map<ImportId, HeldImport>();
  #files = 0;

  readonly world: World;
  readonly clientId: ClientId;

  private constructor(world: World, clientId: ClientId) {
    this.world = world;
    this.clientId = clientId;
  }

  /** Four users, one of them archived, and permits; all written by the application, as it should. */
  static async start(world: World, name: string): Promise<RandomClient> {
    const client = new RandomClient(world, await world.addClient(name, { archiveOnInactive: true }));
    const users = [1, 2, 3, 4].map((n) => ({
      _id: client.userId(`u${n}`) as never,
      clientId: client.clientId,
      uniqueId: `u${n}`,
      loginSource: 'OPSCOM',
      firstName: 'Ana',
      ...client.withKeys({ email: `e${n}@x.example`, userName: `n${n}` }),
      status: n === 4 ? 'archived' : 'active',
      rev: 1,
    }));
    await world.db.collection('users').insertMany(users);
    const permits = [
      ['P1', 'u1'],
      ['P2', 'u1'],
      ['P3', 'u2'],
      ['P4', null],
    ] as const;
    await world.db.collection('permits').insertMany(
      permits.map(([number, holder]) => ({
        _id: `${client.clientId}/${number}` as never,
        clientId: client.clientId,
        number,
        holder: holder === null ? null : client.userId(holder),
        status: holder === null ? 'available' : 'active',
      })),
    );
    return client;
  }

  userId(uniqueId: string): UserId {
    return `${this.clientId}/${uniqueId}` as UserId;
  }

  /** By sequence number. */
  async runs(): Promise<readonly ImportRun[]> {
    return (await this.world.ports.imports.list({ clientIds: [this.clientId], limit: 100 })).toReversed();
  }

  async play(act: Act): Promise<void> {
    const { ports } = this.world;
    const choose = <T>(among: readonly T[], which: number): T | undefined => among[which % among.length];
    switch (act.kind) {
      case 'settings': {
        const { settings } = (await ports.clients.find(this.clientId))!;
        return ports.clients.setSettings(this.clientId, { ...settings, ...act.change });
      }
      case 'application':
        return this.#write(act.write);
      case 'file':
        await this.world.drop(this.clientId, `file-${++this.#files}.csv`, contentOf(act));
        await new Promise((resolve) => setTimeout(resolve, 15));
        return this.#work(act.fate, { look: true });
      case 'decide': {
        const importId = choose([...this.#held.keys()], act.which);
        return importId === undefined ? undefined : this.decide(importId, act.verdict, act.fate);
      }
      case 'retry': {
        const run = choose(await this.#retriable(), act.which);
        if (run === undefined) return undefined;
        const retries = [...(run.retries ?? []), { at: ports.clock.now(), ...DECIDED_BY }];
        const change = { askedAt: ports.clock.now(), turn: null, failure: null, retries };
        await ports.imports.advance(run.importId, 'queued', change, { state: [run.state], turn: run.turn });
        return this.#work(act.fate);
      }
      case 'undo': {
        const run = choose(await this.undoable(), act.which);
        return run === undefined ? undefined : this.undo(run.importId, act.fate);
      }
    }
  }

  get held(): readonly ImportId[] {
    return [...this.#held.keys()];
  }

  async decide(importId: ImportId, verdict: HoldDecision['verdict'], fate: Fate = LIVES): Promise<void> {
    const held = this.#held.get(importId)!;
    this.#held.delete(importId);
    held.decide({ verdict, ...DECIDED_BY });
    await held.ended;
    await this.#work(fate);
  }

  /** What the command line would undo. */
  async undoable(): Promise<readonly ImportRun[]> {
    const may: ImportRun[] = [];
    for (const run of await this.runs()) {
      const undo = await this.world.ports.undos.find(run.importId);
      const changedNobody = run.state === 'finished' && (run.outcome === 'refused' || run.outcome === 'declined');
      const isOver = run.state === 'undone' && undo?.failure === null && (countLeft(undo.counts) === 0 || undo.report === 'pending');
      if (IMPORT_STATES[run.state].mayBeUndone && !changedNobody && !isOver) may.push(run);
    }
    return may;
  }

  async undo(importId: ImportId, fate: Fate = LIVES): Promise<void> {
    const { undos, clock } = this.world.ports;
    await undos.request(importId, { clientId: this.clientId, ...DECIDED_BY, requestedAt: clock.now() });
    await this.#work(fate);
  }

  async #retriable(): Promise<readonly ImportRun[]> {
    const may: ImportRun[] = [];
    for (const run of await this.runs()) {
      const isStopped = run.state === 'failed' || run.state === 'cancelled';
      if (isStopped && (await this.world.ports.undos.find(run.importId)) === undefined) may.push(run);
    }
    return may;
  }

  /** All that waits for a turn, one after the other, as the inbox does it; the worker of the first one has this fate. */
  async #work(first: Fate, { look } = { look: false }): Promise<void> {
    const steps = stepsOver(this.world.ports);
    if (look) await this.world.ports.turns.askLook(this.clientId);
    for (let fate = first; ; fate = LIVES) {
      const next = await steps.nextTurn({ clientId: this.clientId });
      if (next.kind === 'nothing') return;
      if (next.kind !== 'start') throw new Error(`Nobody is at work, and the inbox has to ${next.kind}.`);
      if (next.what === 'import') await this.#import(next.importId, next.turn, fate);
      else await this.#undo(next.importId, next.turn, fate);
    }
  }

  /** To its end, or to where it waits for a decision. */
  async #import(importId: ImportId, turn: number, fate: Fate): Promise<void> {
    let decide: HeldImport['decide'] = () => {};
    const decision = new Promise<HoldDecision>((resolve) => (decide = resolve));
    let waits = () => {};
    const isHeld = new Promise<'held'>((resolve) => (waits = () => resolve('held')));
    const decided = () => {
      waits();
      return decision;
    };
    const watcher = { ...QUIET_WATCHER, approval: { ...QUIET_WATCHER.approval, decided } };
    const ended = this.#disturbed(fate, (steps) => importFileSteps(steps, { importId, fileName: 'x', turn }, watcher)).catch(
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        return stepsOver(this.world.ports).markImport({ importId, turn, state: 'failed', failure: 'its worker died' });
      },
    );
    const end = await Promise.race([isHeld, ended]);
    if (end === 'held') this.#held.set(importId, { decide, ended: ended.then(() => undefined) });
  }

  async #undo(importId: ImportId, turn: number, fate: Fate): Promise<void> {
    try {
      await this.#disturbed(fate, (steps) => runUndo(this.world.ports, importId, steps));
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await stepsOver(this.world.ports).markUndoFailed({ importId, turn, failure: 'its worker died' });
    }
  }

  async #disturbed(fate: Fate, work: (steps: Activities) => Promise<unknown>): Promise<unknown> {
    const living = stepsOver(this.world.ports, 2);
    const doomed = stepsOver(mortal(this.world.ports, { at: fate.diesAt, when: fate.when }).ports);
    if (fate.whatThen === 'it stops') return work(doomed);
    const goneOnWith =
      <I, O>(first: (input: I) => Promise<O>, second: (input: I) => Promise<O>) =>
      async (input: I) => {
        try {
          return await first(input);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          return second(input);
        }
      };
    const names = Object.keys(living) as (keyof Activities)[];
    return work(
      Object.fromEntries(names.map((name) => [name, goneOnWith(doomed[name] as never, living[name] as never)])) as unknown as Activities,
    );
  }

  /** The keys that go with values, as docs/integration.md has them. */
  withKeys(values: { readonly email?: string; readonly userName?: string }) {
    const { email, userName } = values;
    return {
      ...values,
      ...(email !== undefined && { emailKey: `${this.clientId}/${emailKeyOf(email)}` }),
      ...(userName !== undefined && { userNameKey: `${this.clientId}/${userNameKeyOf(userName)}` }),
    };
  }

  async #write({ uniqueId, dutiful, what }: ApplicationWrite): Promise<void> {
    const { db } = this.world;
    const userId = this.userId(uniqueId);
    if (what.kind === 'permit') {
      const permitId = `${this.clientId}/${what.number}`;
      const issued = { filter: { holder: null, status: 'available' }, set: { holder: userId, status: 'active' } };
      const free = { filter: {}, set: { holder: null, status: 'available' } };
      const suspended = { filter: { status: 'active' }, set: { status: 'suspended' } };
      const { filter, set } = { issue: issued, take: free, suspend: suspended }[what.verb];
      const marks = { releasedBy: '', releasedAt: '', releasedFrom: '' } as const;
      const { modifiedCount } = await db
        .collection('permits')
        .updateOne({ _id: permitId as never, ...filter }, { $set: set, $unset: marks });
      if (modifiedCount > 0) this.touched.add(permitId);
      return;
    }
    this.touched.add(userId);
    const inc = dutiful ? { $inc: { rev: 1 } } : {};
    const key = what.kind === 'email' ? 'emailKey' : 'userNameKey';
    const hasKey = (what.kind === 'email' || what.kind === 'userName') && dutiful;
    const update =
      what.value === null
        ? { $unset: { [what.kind]: '', ...(hasKey && { [key]: '' }) }, ...inc }
        : { $set: hasKey ? this.withKeys({ [what.kind]: what.value }) : { [what.kind]: what.value }, ...inc };
    const fresh = { clientId: this.clientId, uniqueId, ...(what.kind !== 'status' && { status: 'active' }) };
    try {
      // A user that is not there is added.
      await db.collection('users').updateOne({ _id: userId }, { ...update, $setOnInsert: fresh }, { upsert: true });
    } catch (error) {
      // The key is another user's: an application that does its duty tells its user so.
      if (!(error instanceof Error && 'code' in error && error.code === 11_000)) throw error;
    }
  }
}

function contentOf({ rows, columns }: Extract<Act, { kind: 'file' }>): string {
  const lines = rows.map((row) => columns.map((column) => row[column]).join(','));
  return [columns.map((column) => HEADERS[column]).join(','), ...lines, ''].join('\n');
}
