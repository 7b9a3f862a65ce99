// Who of a client may write next. The one place that gives turns, and all it needs is in the database: files that were claimed,
// retries and approvals (imports in state `queued`), undos and looks into the folder that were asked for, and the turn itself. So an inbox
// that is ended, reset or started twice loses nothing and gives nothing twice.

import type { Client } from '../../src/domain/client';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { IMPORT_STATES } from '../../src/domain/import-state';
import { isOpenUndo } from '../../src/domain/undo/undo';
import type { Turn, TurnHolder } from '../../src/domain/turn';
import type { ActivityPorts } from '../activity-ports';
import { claimReadyFiles } from '../claim/claim-ready-files';
import { markStopped } from './mark-stopped';

/** Longer than any batch was seen to go on after its workflow had been ended from outside. */
const REST_MS = 10_000;
/** Long enough for clocks that disagree: a workflow that was ended from outside within this may still have a batch under way. */
const JUST_NOW_MS = 60_000;
/** How soon to look again at a holder whose end nobody tells us of. */
const POLL_MS = 30_000;
/** The former run of the holder is about to close. */
const SOON_MS = 1_000;

export type NextTurn =
  | { readonly kind: 'nothing' }
  /** Nobody may write yet, or a file is not quiet yet: ask again after `ms`, or when something new was asked for. */
  | { readonly kind: 'rest'; readonly ms: number }
  /** Somebody is at work; ask again when it tells that it is done, or after `poll` milliseconds. */
  | { readonly kind: 'wait'; readonly importId: ImportId; readonly poll: number }
  | StartTurn;

export interface StartTurn {
  readonly kind: 'start';
  readonly what: TurnHolder['kind'];
  readonly clientId: ClientId;
  readonly importId: ImportId;
  readonly fileName: string;
  readonly attempt: number;
  readonly turn: number;
}

export async function nextTurn(ports: ActivityPorts, { clientId }: { readonly clientId: ClientId }): Promise<NextTurn> {
  const client = await ports.clients.find(clientId);
  if (client === undefined) return { kind: 'nothing' };
  const quietAt = await claimReadyFiles(ports, client);
  for (;;) {
    const now = await ports.turns.find(clientId);
    const next = now.holder === null ? await giveTurn(ports, client, now) : await lookAtHolder(ports, now, now.holder);
    if (next === 'again') continue;
    if (next.kind !== 'nothing' || quietAt === null) return next;
    return { kind: 'rest', ms: Math.max(1, quietAt.getTime() - ports.clock.now().getTime()) };
  }
}

async function giveTurn(ports: ActivityPorts, client: Client, { turn, restUntil }: Turn): Promise<NextTurn | 'again'> {
  const rest = (restUntil?.getTime() ?? 0) - ports.clock.now().getTime();
  if (rest > 0) return { kind: 'rest', ms: rest };
  const holder = await oldestRequest(ports, client);
  if (holder === undefined) return { kind: 'nothing' };
  const given = await ports.turns.give(client.clientId, turn, holder);
  return given === undefined ? 'again' : start(ports, holder, given);
}

/** A pause keeps imports from being started; what earlier ones did may be taken back in it. */
async function oldestRequest({ imports, undos }: ActivityPorts, { clientId, paused }: Client): Promise<TurnHolder | undefined> {
  const [queued, open] = await Promise.all([paused === undefined ? imports.inOrder(clientId, ['queued']) : [], undos.open(clientId)]);
  const requests = [
    ...queued.map(({ importId, seq, askedAt }) => ({ kind: 'import' as const, importId, seq, askedAt })),
    ...open.map(({ importId, requestedAt }) => ({ kind: 'undo' as const, importId, seq: 0, askedAt: requestedAt })),
  ];
  // Files claimed in the same millisecond are ordered by sequence number.
  const [first] = requests.sort((a, b) => a.askedAt.getTime() - b.askedAt.getTime() || a.seq - b.seq);
  return first === undefined ? undefined : { kind: first.kind, importId: first.importId };
}

/** `again` = it is not waiting for a turn any more. Repeatable: a holder that nobody has started yet is started with the same turn. */
async function start({ imports, undos }: ActivityPorts, { kind, importId }: TurnHolder, turn: number): Promise<NextTurn | 'again'> {
  const run = await imports.find(importId);
  if (run === undefined) return 'again';
  const attempt = (run.retries?.length ?? 0) + 1;
  const isStill =
    kind === 'import'
      ? await imports.updateIf(importId, { state: ['queued'] }, { turn, attempts: attempt })
      : (await undos.updateOpen(importId, null, { turn })) || (await undos.updateOpen(importId, turn, { turn }));
  if (!isStill) return 'again';
  return { kind: 'start', what: kind, clientId: run.clientId, importId, fileName: run.fileName, attempt, turn };
}

async function lookAtHolder(ports: ActivityPorts, { clientId, turn }: Turn, holder: TurnHolder): Promise<NextTurn | 'again'> {
  const { importId, kind } = holder;
  const { isWaiting, has } = await standingOf(ports, holder);
  const writer = await ports.inboxes.writer(importId, kind);
  const now = ports.clock.now().getTime();
  // It does not matter who noticed it first, the inbox or support with a retry: the batch under way is the same.
  const wasJustStopped = writer?.stoppedAt !== undefined && now - writer.stoppedAt.getTime() < JUST_NOW_MS;
  const over = async (mustRest = wasJustStopped) => {
    await ports.turns.free(clientId, turn, mustRest ? new Date(now + REST_MS) : null);
    return 'again' as const;
  };
  if (has !== null && has !== turn) return over();
  const wasStarted = writer !== undefined && writer.turn >= turn;
  // It gave the turn away and has asked for another since; or the process that gave it died before writing that down.
  if (has === null) return wasStarted ? over() : start(ports, holder, turn);
  if (writer?.isRunning === true) return { kind: 'wait', importId, poll: wasStarted ? POLL_MS : SOON_MS };
  // The inbox that was told to start it died first.
  if (isWaiting && !wasStarted) return start(ports, holder, turn);
  // It may have ended well between the two looks: then nothing is stopped.
  return over((await markStopped(ports, holder, turn)) || wasJustStopped);
}

/** `has` = the turn that the holder uses, null while it waits for one, undefined if it no longer needs one. */
async function standingOf(
  { imports, undos }: ActivityPorts,
  { kind, importId }: TurnHolder,
): Promise<{ readonly isWaiting: boolean; readonly has: number | null | undefined }> {
  if (kind === 'undo') {
    const undo = await undos.find(importId);
    const mayWrite = undo !== undefined && isOpenUndo(undo);
    return { isWaiting: mayWrite, has: mayWrite ? undo.turn : undefined };
  }
  const run = await imports.find(importId);
  const mayWrite = run !== undefined && IMPORT_STATES[run.state].holdsTurn;
  return { isWaiting: run?.state === 'queued', has: mayWrite ? run.turn : undefined };
}
