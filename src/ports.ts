// The outside world on one page, as interfaces; the data that they carry lives in the domain. Adapters implement these; activities, the
// front door and the command line use them. Dates are UTC, sizes are bytes, times are milliseconds unless a name says otherwise.

import type { Act, AuditEntry, Operator } from './domain/audit';
import type { Client, ClientSettings, Pause, Schedule } from './domain/client';
import type { Account, Ban, LiveSession } from './domain/client/access';
import type { FolderLayout } from './domain/client/profiles';
import type { RefusedSchedule } from './domain/client/schedule';
import type { Chunk, ChunkAtWork, ChunkResult, Inspection } from './domain/file/inspection';
import type { ReadyFile, ReadyFiles, WorkFolder } from './domain/file/folder-files';
import type { ClientId, ImportId, UserId } from './domain/ids';
import type { Counts, FileLayout, HoldDecision, ImportOutcome, ImportRun, ReportState } from './domain/import-run';
import type { CountedImport, ImportQuery } from './domain/import-stats';
import type { ImportState, StepTrouble } from './domain/import-state';
import type { FieldValues, KeptOfPerson, User, SharedValue, UserWrite, WriteOutcome } from './domain/user';
import type { CheckedRecord, RawRow, RejectedRecord } from './domain/record/record';
import type { Attachment, MailKind, Message, ResentKind } from './domain/report/compose-mail';
import type { Turn, TurnHolder, Writer } from './domain/turn';
import type { Restore } from './domain/undo/decide-undo';
import type { LeftAlone, Undo, UndoChunk, UndoChunkResult, UserChange } from './domain/undo/undo';
import type { WebhookDelivery, WebhookKind, WebhookReceiver } from './domain/webhook/event';

export interface Clock {
  now(): Date;
}

/** One JSON line each; fields are ids, counts and codes, never values of a record, names, addresses or secrets. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** As it was written. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly time: string };

export interface LogQuery {
  /** Only lines that name it. */
  readonly importId: ImportId | null;
  readonly since: Date | null;
  /** At most so many, the newest. */
  readonly limit: number;
}

// ------------------------------------------------------------------------------------------------------------- metrics

/** What a worker counts. Labels are ids of clients, outcomes and codes: anything else would be personal data, or without bound. */
export interface ImportMetrics {
  /** `counts` null = nothing is known to be final. */
  importEnded(end: {
    readonly clientId: ClientId;
    readonly outcome: ImportOutcome | 'failed' | 'cancelled';
    readonly counts: Counts | null;
  }): void;
  /** A step of an import's phase. */
  stepEnded(step: { readonly phase: string; readonly result: 'done' | 'failed'; readonly seconds: number }): void;
  silenceAlarmSent(clientId: ClientId): void;
  webhookEnded(delivery: { readonly clientId: ClientId; readonly result: 'sent' | 'failed' }): void;
}

/** What the front door counts. `method` and `result` are words of our own. */
export interface DoorMetrics {
  uploadEnded(upload: { readonly clientId: ClientId; readonly result: 'complete' | 'partial' | 'rejected'; readonly bytes: number }): void;
  loginEnded(login: { readonly method: 'password' | 'publickey'; readonly result: string }): void;
  /** A connection was dropped before it had logged in: `early` = by chance, as it gets full; `evicted` = to make room for another one. */
  peerTurnedAway(reason: 'banned' | 'too-many' | 'early' | 'evicted' | 'silent' | 'no-header'): void;
  addressBanned(): void;
  /** What lies in a client's `.bak`; `share` = of its allowance there, of bytes or of files, whichever is more. */
  backupsCounted(counted: { readonly clientId: ClientId; readonly bytes: number; readonly files: number; readonly share: number }): void;
}

// ------------------------------------------------------------------------------------------------ clients and accounts

export interface ClientStore {
  find(clientId: ClientId): Promise<Client | undefined>;
  list(): Promise<readonly Client[]>;
  /** The distinct schedules of the clients that are enabled: a few, however many clients share them. */
  schedules(): Promise<readonly Schedule[]>;
  /** Throws ImportsError NOT_NOW when the client exists. */
  add(client: Client): Promise<void>;
  setSettings(clientId: ClientId, settings: ClientSettings): Promise<void>;
  setEnabled(clientId: ClientId, enabled: boolean): Promise<void>;
  pause(clientId: ClientId, paused: Pause): Promise<void>;
  resume(clientId: ClientId, resumed: Pause): Promise<void>;
}

export interface AccountStore {
  find(userName: string): Promise<Account | undefined>;
  list(clientId?: ClientId): Promise<readonly Account[]>;
  /** Throws ImportsError NOT_NOW when the user name is taken, by whichever client. */
  add(account: Account): Promise<void>;
  update(
    userName: string,
    change: Partial<Pick<Account, 'passwordHash' | 'publicKeys' | 'enabled' | 'lastLoginAt' | 'knownPlaces'>>,
  ): Promise<void>;
  /** Replaces the hash of a password by another one of the same password; not one that was set meanwhile. */
  replaceHash(userName: string, former: string, hash: string): Promise<void>;
  /** Accounts of any client that have logged in from this place since then. */
  seenAt(place: string, since: Date): Promise<readonly Account[]>;
}

export interface SessionStore {
  /** These are live at that moment, and as they are here. */
  beat(sessions: readonly LiveSession[], at: Date): Promise<void>;
  remove(sessionIds: readonly string[]): Promise<void>;
  /** Those that gave a sign of life since then, oldest first. */
  live(since: Date): Promise<readonly LiveSession[]>;
  /** Forgets those that gave none since then. */
  forget(silentSince: Date): Promise<void>;
}

export interface BanStore {
  /** Those that are in force at that moment, by address. */
  inForce(at: Date): Promise<readonly Ban[]>;
  /** In force or not. */
  find(address: string): Promise<Ban | undefined>;
  put(ban: Ban): Promise<void>;
  /** Whether there was one. */
  remove(address: string): Promise<boolean>;
  /** Forgets those that ended before. */
  forget(endedBefore: Date): Promise<void>;
}

// --------------------------------------------------------------------------------------------------------------- turns

export interface TurnStore {
  find(clientId: ClientId): Promise<Turn>;
  /** Gives the turn after `last` away; undefined = somebody else did. */
  give(clientId: ClientId, last: number, holder: TurnHolder): Promise<number | undefined>;
  /** Takes this turn back; nothing happens when it is over already. */
  free(clientId: ClientId, turn: number, restUntil: Date | null): Promise<void>;
  /** Somebody wants the client's folder looked into. */
  askLook(clientId: ClientId): Promise<void>;
  /** It was looked into, and nothing is left to take; nothing happens when somebody has asked since these `looks`. */
  looked(clientId: ClientId, looks: number): Promise<void>;
  /** Clients whose turn is somebody's, or whose folder is to be looked into. */
  waiting(): Promise<readonly ClientId[]>;
}

// --------------------------------------------------------------------------------------------------------------- audit

export interface AuditStore {
  /** Adds an entry after the last one, even if others do so at the same moment. */
  append(act: Act, by: Operator, at: Date): Promise<AuditEntry>;
  /** Oldest first. */
  entries(query: { readonly clientId?: ClientId | undefined; readonly since?: Date | undefined }): AsyncIterable<AuditEntry>;
  /** Whether the chain holds; `broken` = the first entry that does not fit. */
  verify(): Promise<{
    readonly entries: number;
    readonly head: string;
    readonly broken: { readonly seq: number; readonly why: string } | null;
  }>;
}

// ------------------------------------------------------------------------------------------------------------- imports

/** Every field but those that make up its id, and its state, which only `advance` changes. */
export type ImportChange = Partial<Omit<ImportRun, 'importId' | 'clientId' | 'seq' | 'state'>>;
/** null = it must be null; a turn must be the same. */
type ExpectedImport = {
  readonly state?: readonly ImportState[];
  readonly turn?: number | null;
  readonly layout?: null;
  readonly finishedAt?: null;
  readonly settings?: null;
  readonly report?: ReportState;
};

/** The results of some of the lines that had to wait. */
export interface SettledPart<Result> {
  readonly n: number;
  readonly lines: readonly number[];
  readonly result: Result;
  /** Nothing is left to settle. */
  readonly isLast: boolean;
}

/** The settlement of what chunks have deferred, part by part. */
export interface SettledParts<Result> {
  /** Of two that take the same number the first stays; false for the other one. */
  putSettled(importId: ImportId, part: SettledPart<Result>): Promise<boolean>;
  /** In order of n, one at a time. */
  settled(importId: ImportId): AsyncIterable<SettledPart<Result>>;
}

/** Accepted records that wait for a value which somebody holds. */
export interface DeferredStore {
  put(importId: ImportId, records: readonly CheckedRecord[]): Promise<void>;
  /** By line. */
  read(importId: ImportId, lines: readonly number[]): Promise<ReadonlyMap<number, CheckedRecord>>;
  /** All of the import, in small steps with `onProgress` after each. */
  remove(importId: ImportId, onProgress: () => void): Promise<void>;
}

export interface ImportStore extends SettledParts<ChunkResult> {
  /** The client's next sequence number: each is given out once. */
  nextSeq(clientId: ClientId): Promise<number>;
  insert(run: ImportRun): Promise<void>;
  find(importId: ImportId): Promise<ImportRun | undefined>;
  /** Sets fields of an import, in any state; throws NOT_FOUND when there is no such import. */
  update(importId: ImportId, change: ImportChange): Promise<void>;
  /** The same, but only while the import is as expected, which a worker that comes late finds changed. Whether it was done. */
  updateIf(importId: ImportId, expected: ExpectedImport, change: ImportChange): Promise<boolean>;
  /**
   * Moves an import to another state, with what changes along with it, when the table of states allows it (domain/import-state.ts) and the
   * import is as expected. Whether it was done; nothing else ever changes a state.
   */
  advance(importId: ImportId, to: ImportState, change?: ImportChange, expected?: ExpectedImport): Promise<boolean>;
  /** Whether the import still has this turn, in a state in which it may write. */
  hasTurn(importId: ImportId, turn: number): Promise<boolean>;
  /** Clients that have an import in one of these states. */
  clientsWith(states: readonly ImportState[]): Promise<readonly ClientId[]>;
  /** Keeps for operators what of the application refused to store records of the import (`WriteOutcome.refusedBy`). */
  noteRefusedBy(importId: ImportId, refusedBy: readonly string[]): Promise<void>;
  /** Removes an import whose file was gone before it could be claimed. */
  removeUnclaimed(importId: ImportId): Promise<void>;
  /** Newest first. */
  list(query: ImportQuery & { readonly limit: number }): Promise<readonly ImportRun[]>;
  /** The same, of which only the ids are read. */
  listIds(query: ImportQuery & { readonly limit: number }): Promise<readonly ImportId[]>;
  count(query: ImportQuery): Promise<number>;
  /** What is needed to sum them up, one at a time, in no order. */
  each(query: ImportQuery): AsyncIterable<CountedImport>;
  /** How many imports are in this state, and when the file of the longest waiting one was received. */
  waiting(state: ImportState): Promise<{ readonly count: number; readonly oldest: Date | null }>;
  /** Imports of the client that are in one of these states, by sequence number. */
  inOrder(clientId: ClientId, states: readonly ImportState[]): Promise<readonly ImportRun[]>;
  /** The client's newest ended import before `seq` with these bytes, and its import directly before `seq`. */
  earlier(clientId: ClientId, seq: number, sha256: string): Promise<{ sameBytes: ImportRun | undefined; previous: ImportRun | undefined }>;
  /** Imports of the client with a higher sequence number that have begun to apply their file, however they went on, but for undone ones. */
  newerApplied(clientId: ClientId, seq: number): Promise<readonly ImportId[]>;

  /** Replaces all chunks of the import (an inspection that is repeated starts over). */
  putChunks(importId: ImportId, chunks: Iterable<Chunk>): Promise<void>;
  chunk(importId: ImportId, n: number): Promise<(Chunk & { readonly result: ChunkResult | undefined }) | undefined>;
  /** The first result of a chunk stays: a worker that comes late would count again what was settled since. */
  setChunkResult(importId: ImportId, n: number, result: ChunkResult): Promise<void>;
  /** Results in order of n, one at a time; those of the settlement behind them. */
  chunkResults(importId: ImportId): AsyncIterable<{ readonly n: number; readonly result: ChunkResult }>;
}

export interface RejectedStore {
  /** Replaces the rejected records of these lines' range [fromLine, toLine): a repeated chunk leaves no stale one behind. */
  replaceRange(importId: ImportId, fromLine: number, toLine: number, records: readonly RejectedRecord[]): Promise<void>;
  put(importId: ImportId, records: readonly RejectedRecord[]): Promise<void>;
  remove(importId: ImportId, lines: readonly number[]): Promise<void>;
  /** By line. */
  all(importId: ImportId): AsyncIterable<RejectedRecord>;
  /** Those of these lines that are still kept, by line. */
  at(importId: ImportId, lines: readonly number[]): Promise<readonly RejectedRecord[]>;
  count(importId: ImportId): Promise<number>;
}

// --------------------------------------------------------------------------------------------------- users and permits

export interface UserStore {
  read(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, User>>;
  /** As far as a decision needs them, faster than `read`: no `created` and `updatedAt`; equal values are the record's own. */
  compare(records: ReadonlyMap<UserId, FieldValues>): Promise<ReadonlyMap<UserId, User>>;
  /** One unordered bulk, before-images first. Repeatable: the stamp tells. One outcome per write, in order; one write per user. */
  write(
    run: { readonly clientId: ClientId; readonly importId: ImportId; readonly seq: number; readonly at: Date },
    writes: readonly UserWrite[],
  ): Promise<readonly WriteOutcome[]>;
  /** Who holds these e-mails (in any case) and user names in the client, by the key as asked. */
  holders(
    clientId: ClientId,
    claims: { readonly emails: readonly string[]; readonly userNames: readonly string[] },
  ): Promise<{
    readonly emails: ReadonlyMap<string, UserId>;
    readonly userNames: ReadonlyMap<string, UserId>;
  }>;
  /** By the id as asked: users that were there before this import, and whose ids differ from it in leading zeros only, or in `.0` behind digits. */
  zeroTwins(
    run: { readonly clientId: ClientId; readonly importId: ImportId },
    uniqueIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
  /** Gives up these keys so that chains and swaps can be written; values stay until their own write. Only right before `write`. */
  releaseKeys(releases: readonly { readonly userId: UserId; readonly fields: readonly ('email' | 'userName')[] }[]): Promise<void>;
  /** Gives back the uniqueness keys of users that have the values but lost the keys; one that is taken meanwhile stays lost. */
  restoreKeys(userIds: readonly UserId[]): Promise<void>;
  /**
   * Gives all users of the client the keys that match their e-mails and user names, whichever program wrote them, in small steps: how many
   * keys each has mended, and who has to share a value with somebody. Repeatable; ended half-way, it goes on where it is run again.
   */
  repairKeys(clientId: ClientId): AsyncIterable<{ readonly mended: number; readonly shared: readonly SharedValue[] }>;
  /** How many users of the client hold other keys than their values say, a part of them at a time, so that the caller may stop. */
  countOddKeys(clientId: ClientId): AsyncIterable<number>;
  countActive(clientId: ClientId): Promise<number>;
  /** Whether the client has no user at all. */
  isEmpty(clientId: ClientId): Promise<boolean>;
  /** As `write`, to take back what an import did. Repeatable: the mark `undone` tells. */
  restore(
    run: { readonly clientId: ClientId; readonly importId: ImportId; readonly at: Date },
    restores: readonly (Restore & { readonly userId: UserId })[],
  ): Promise<readonly WriteOutcome[]>;
  /** By the beginning of unique id, e-mail or user name, or a part of a name; `limit` at most. Not whole = there may be more. */
  search(clientId: ClientId, text: string, limit: number): Promise<{ readonly users: readonly User[]; readonly isWhole: boolean }>;
  /** Everything known about who did what to the user; changes oldest first. Undefined when there is no such user. */
  history(userId: UserId): Promise<{ readonly user: User; readonly changes: readonly UserChange[] } | undefined>;
}

/** Groups of a client's users, told apart without regard to case (`groupKey`). */
export interface GroupStore {
  /** How those that exist are spelled, by key. */
  find(clientId: ClientId, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The same for all of them: one that does not exist is made, spelled as given. Repeatable. */
  ensure(
    run: { readonly clientId: ClientId; readonly importId: ImportId; readonly at: Date },
    names: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
}

/** What an import did to users, as it was kept for undo and provenance. */
export interface UserChanges {
  /** Lines of the file that have a change, in order. */
  lines(importId: ImportId): AsyncIterable<number>;
  /** By line: of these lines, or of a range of them (both ends included). */
  read(
    importId: ImportId,
    which: { readonly lines: readonly number[] } | { readonly from: number; readonly to: number },
  ): Promise<readonly UserChange[]>;
  /** Of lines whose users were not changed after all: an attempt that died may have left the values that it was about to replace. */
  discard(importId: ImportId, lines: readonly number[]): Promise<void>;
  /** Notes for provenance that these were undone; the first note stays. */
  markUndone(importId: ImportId, lines: readonly number[], at: Date): Promise<void>;
  /** Users that the import created. */
  created(clientId: ClientId, importId: ImportId): AsyncIterable<UserId>;
}

export interface PermitStore {
  /** Releases the active permits of these users; repeatable. Heartbeats through `onProgress`. */
  release(importId: ImportId, userIds: readonly UserId[], at: Date): Promise<void>;
  /** How many permits this import has released. */
  countReleased(importId: ImportId): Promise<number>;
  countActiveOf(userIds: readonly UserId[]): Promise<number>;
  /** Numbers of the active permits of these users; who has none is not in it. */
  activeOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly string[]>>;
  /**
   * Gives the permits that this import released back to their former holders, where they are still free and the holder is active; those
   * that it has noted but not released yet it can no longer release. Repeatable.
   */
  giveBack(importId: ImportId, at: Date, onProgress: () => void): Promise<void>;
  countGivenBack(importId: ImportId): Promise<number>;
  /** Released permits that were not given back, and why. */
  notGivenBack(importId: ImportId): AsyncIterable<LeftAlone>;
}

// ---------------------------------------------------------------------------------------------------------------- undo

export interface UndoStore {
  find(importId: ImportId): Promise<Undo | undefined>;
  /**
   * Writes down that the import is to be undone. One that was asked for already keeps what it has done, and its first reason; it waits for
   * a turn again, and its failure is cleared. One that has ended and left something is opened again, with the new reason.
   */
  request(importId: ImportId, asked: Pick<Undo, 'clientId' | 'reason' | 'by' | 'requestedAt'>): Promise<Undo>;
  update(importId: ImportId, change: Partial<Pick<Undo, 'report'>>): Promise<void>;
  /** Those that were asked for and are neither done nor stopped, of one client or of all. */
  open(clientId?: ClientId): Promise<readonly Undo[]>;
  /** Undone, but the administrator was not told yet. */
  unreported(): Promise<readonly Undo[]>;
  /** Those that need somebody: stopped half-way, or undone without the administrator being told; of these clients or of all. */
  needing(clientIds?: readonly ClientId[]): Promise<readonly Undo[]>;
  /** Changes it while it is open and has the turn `from`. Whether it was. */
  updateOpen(importId: ImportId, from: number | null, change: Partial<Omit<Undo, 'importId' | 'clientId'>>): Promise<boolean>;
  /** The chunks of a round; those that are there stay as they are. */
  putChunks(importId: ImportId, round: number, chunks: readonly UndoChunk[]): Promise<void>;
  /** Of its present round, with its result once it is done. */
  chunk(
    importId: ImportId,
    n: number,
  ): Promise<(Pick<Undo, 'round'> & { chunk: UndoChunk; result: UndoChunkResult | undefined }) | undefined>;
  /** The first result of a chunk stays. */
  setChunkResult(importId: ImportId, round: number, n: number, result: UndoChunkResult): Promise<void>;
  /** What the settlement of a round has done. */
  partsOf(round: number): SettledParts<UndoChunkResult>;
  /** Results of its present round in order of n, one at a time. */
  chunkResults(importId: ImportId): AsyncIterable<{ readonly n: number; readonly result: UndoChunkResult }>;
  countDone(importId: ImportId): Promise<number>;
}

// -------------------------------------------------------------------------------------------------------------- a person

export interface PersonStore {
  find(clientId: ClientId, uniqueId: string): Promise<KeptOfPerson>;
  /** Safe to repeat. Not while an import of the client is open: it may need what is removed. */
  erase(clientId: ClientId, uniqueId: string): Promise<void>;
}

// --------------------------------------------------------------------------------------------------------------- files

export interface FileStore {
  /** Makes the client's folders; safe to repeat. */
  prepareClient(clientId: ClientId, layout: FolderLayout): Promise<void>;
  /** Where the client's folder belongs. Not there = it was removed, or the data directory is another one. */
  clientFolder(clientId: ClientId): Promise<{ readonly path: string; readonly isThere: boolean }>;
  /** Files that lie where the client's uploads belong, whatever their names; `name` = from the client's folder. */
  uploads(clientId: ClientId, layout: Pick<FolderLayout, 'upload'>): Promise<readonly { readonly name: string; readonly path: string }[]>;
  /** Files of the client's root that are published and have no temporary name. Ready = quiet for `quietMs`. */
  readyFiles(clientId: ClientId, quietMs: number, now: Date): Promise<ReadyFiles>;
  /** Renames the file into `work/<importId>/`. Safe to repeat. `gone` = neither there nor here, or another file now. */
  claim(clientId: ClientId, importId: ImportId, file: { readonly name: string; readonly inode: string }): Promise<'claimed' | 'gone'>;
  // Places in the import's working folder, for `CsvFiles` to read and write, and `Mailer` to send: a store without paths would fetch the files
  // for that and put back what was written.
  /** Where the claimed file lies. */
  sourcePath(importId: ImportId): string;
  /** Where a UTF-8 copy of the claimed file is to be written when its encoding is another. */
  textPath(importId: ImportId): string;
  /** Where the fingerprints of its unique ids are to be written (`readIds`). */
  idsPath(importId: ImportId): string;
  failedRecordsPath(importId: ImportId): string;
  /** Where the list of what an undo left alone is to be written. */
  undoReportPath(importId: ImportId): string;
  /** Where the part of an attachment is to be written that an e-mail can carry. */
  cutPath(importId: ImportId, of: 'report' | 'undo'): string;
  /** The failed-records file that still lies there: the working one, else the copy beside `backup`, which the client may have changed. */
  findFailedRecords(
    clientId: ClientId,
    importId: ImportId,
    backup: string | null,
  ): Promise<{ readonly where: 'work' | 'backup'; readonly path: string } | undefined>;
  /** Where the backed-up file lies; undefined when it is not there. */
  findBackup(clientId: ClientId, backup: string): Promise<string | undefined>;
  /** Safe to repeat. */
  removeBackup(clientId: ClientId, backup: string): Promise<void>;
  /** For an import whose working files are gone already; `cleanUp` removes it again. */
  makeWorkFolder(importId: ImportId): Promise<void>;
  /** A name in `.bak` that is free for this file: its own, or `name.<UTC time>.csv`. Nothing is made yet. */
  freeBackupName(clientId: ClientId, fileName: string, at: Date): Promise<string>;
  /**
   * Moves the claimed file to `.bak/<backupName>`, with its receipt and failed records beside it. Safe to repeat; never overwrites:
   * `taken` = the name went to another file meanwhile. Throws FILE_VANISHED when the file is neither claimed nor there.
   */
  backUp(clientId: ClientId, importId: ImportId, backupName: string, receipt: string): Promise<'done' | 'taken'>;
  /** Sorted 64-bit fingerprints of the file's unique ids, as `inspect` left them; undefined when they are gone. */
  readIds(importId: ImportId): Promise<BigUint64Array | undefined>;
  /** Removes what is left of an ended import; the ids stay when `keepIds`. */
  cleanUp(importId: ImportId, keepIds: boolean): Promise<void>;
  workFolders(): Promise<readonly WorkFolder[]>;
  /** Removes what came to the client's `.bak` before this; how many files. `onProgress` after each. */
  removeOldBackups(clientId: ClientId, before: Date, onProgress: () => void): Promise<number>;
}

/** What a client's folder holds whose upload is left in place (`Profile.upload`). Its claimed copies lie where FileStore has its files. */
export interface StandingFolder {
  /** The upload, when it is there and was quiet for `quietMs`: the SHA-1 of its bytes, and the import they were claimed for, if any. */
  readyVersion(
    clientId: ClientId,
    upload: FolderLayout['upload'],
    quietMs: number,
    now: Date,
  ): Promise<{
    readonly version?: { readonly file: ReadyFile; readonly sha1: string; readonly claimedBy: string | null };
    /** When an upload that was touched just now is quiet; null = it is already, or there is none. */
    readonly quietAt: Date | null;
  }>;
  /**
   * Copies the upload to the import's `sourcePath` and leaves the copy's SHA-1 as a file for the client to see. Safe to repeat. `gone` =
   * it is another file now, or this version is another import's.
   */
  claimCopy(
    clientId: ClientId,
    upload: FolderLayout['upload'],
    importId: ImportId,
    file: { readonly name: string; readonly inode: string },
  ): Promise<'claimed' | 'gone'>;
  /** The claimed copy is needed no more. */
  discardCopy(importId: ImportId): Promise<void>;
  /** Where the status report is to be written, before `fileStatusReport` puts it into the client's folder under its name, whole. */
  statusReportPath(importId: ImportId): string;
  fileStatusReport(clientId: ClientId, importId: ImportId, name: string): Promise<void>;
  /** Where it lies; undefined when it is not there. */
  findStatusReport(clientId: ClientId, name: string): Promise<string | undefined>;
  /** Removes status reports from before this; how many. `onProgress` after each. */
  removeOldReports(clientId: ClientId, before: Date, onProgress: () => void): Promise<number>;
  /** A line in the client's log: no personal data, nothing that a client chose. `once` = unless one of the last lines says it. */
  note(clientId: ClientId, note: { readonly at: Date; readonly text: string; readonly once: boolean }): Promise<void>;
}

export interface CsvFiles {
  /**
   * One pass over the claimed file: hash, encoding, delimiter, header check, index of chunks, repeats and conflicts within the file.
   * Writes the UTF-8 text (when the encoding is another) and the sorted fingerprints of the unique ids. Memory does not grow with
   * the file but for about 40 bytes per record.
   */
  inspect(
    file: {
      readonly sourcePath: string;
      readonly textPath: string;
      readonly idsPath: string;
      readonly fileName: string;
      /** The client's last file ended in a line break, and had this delimiter: one like it that does not was cut off. */
      readonly lineBreakHabit?: FileLayout['delimiter'] | null;
    },
    settings: ClientSettings,
    onProgress: (bytes: number) => void,
  ): Promise<Inspection>;
  /** The raw rows of one chunk, by line; parsed as they are taken. To wait for each of them would cost more than to parse it. */
  readChunk(file: { readonly sourcePath: string; readonly textPath: string }, layout: FileLayout, chunk: Chunk): Promise<Iterable<RawRow>>;
  /** The failed-records file: the client's headers and raw cells, then our four columns; neutralised; UTF-8 with BOM. Atomic. */
  writeFailedRecords(path: string, layout: FileLayout, records: AsyncIterable<RejectedRecord>): Promise<void>;
  /** How many rows of the file are about this person, by its column `unique_id` or `username`. */
  countPersonRows(
    file: { readonly path: string; readonly encoding: FileLayout['encoding']; readonly delimiter: string },
    uniqueId: string,
  ): Promise<number>;
  /** Takes them out of a file of our own; how many there were. Atomic, safe to repeat. */
  dropPersonRows(file: { readonly path: string; readonly delimiter: string }, uniqueId: string): Promise<number>;
  /** Rows of our own for people's spreadsheets: neutralised; UTF-8 with BOM. Atomic. */
  writeTable(path: string, headers: readonly string[], rows: AsyncIterable<readonly string[]>): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------------- mail

export interface Mailer {
  /** Throws MAIL_REJECTED when the server said no for good; anything else may be tried again. */
  send(message: Message): Promise<void>;
  /** The first whole records of a CSV file that is over `maxBytes`, written to `cutPath`; null when the file fits as it is. */
  cutAttachment(path: string, cutPath: string, maxBytes: number): Promise<Attachment | null>;
}

/** Of e-mails, and of events for webhooks. */
export interface OutboxStore {
  /** State of this import's e-mail; `pending` when never touched. */
  state(importId: ImportId, kind: MailKind | WebhookKind): Promise<'pending' | 'sent' | 'failed'>;
  /** `pending` forgets how it ended: it may be sent again. `why` = a safe sentence, of one that failed or is tried again. */
  setState(importId: ImportId, kind: MailKind | WebhookKind, state: 'pending' | 'sent' | 'failed', at: Date, why?: string): Promise<void>;
  /** The same of an event, unless it is known how it ended: whether it was set. `failed` = given up. */
  setIfPending(importId: ImportId, kind: WebhookKind, state: 'pending' | 'failed', at: Date, why: string): Promise<boolean>;
  /** When it was sent; null when it was not, or it is not known. */
  sentAt(importId: ImportId, kind: MailKind): Promise<Date | null>;
  /** Those of the imports whose e-mail of this kind failed. */
  failedAmong(importIds: readonly ImportId[], kind: MailKind): Promise<ReadonlySet<ImportId>>;
  /** Why an e-mail failed; null when it did not, or it is not known. */
  whyFailed(importId: ImportId, kind: MailKind): Promise<string | null>;
  /** Events that were given up since then, newest first; not those that their receiver said it does not want. */
  webhooksGivenUp(since: Date): Promise<readonly { readonly importId: ImportId; readonly receiver: WebhookReceiver }[]>;
  /** Events that were to be tried again, and were not since then, those that wait longest first; `why` = what the last try said. */
  webhooksUntried(
    since: Date,
    limit: number,
  ): Promise<readonly { readonly importId: ImportId; readonly kind: WebhookKind; readonly why: string | null }[]>;
  /** Events about the import that their receiver did not take at the last try, in the order of those tries. */
  webhooksNotTaken(importId: ImportId): Promise<readonly EventNotTaken[]>;
}

export interface EventNotTaken {
  /** As the receiver knows it. */
  readonly id: string;
  readonly kind: WebhookKind;
  /** `pending` = it is tried again. */
  readonly state: 'pending' | 'failed';
  /** Of the last try; of one that failed, when it was given up. */
  readonly at: Date;
  readonly why: string | null;
}

// ------------------------------------------------------------------------------------------------------------ webhooks

export interface WebhookMessage {
  readonly url: string;
  /** Whose secret signs; null = that of the installation. */
  readonly clientId: ClientId | null;
  /** The same at every repetition. */
  readonly id: string;
  readonly at: Date;
  /** JSON. */
  readonly body: string;
}

/** `gone` = the receiver does not want this event. `why` reads after the receiver's name; `said` = the beginning of its answer. */
export type WebhookAnswer =
  | { readonly kind: 'taken'; readonly status: number; readonly said: string }
  | { readonly kind: 'gone' | 'not-taken'; readonly status: number | null; readonly why: string; readonly said: string };

export interface WebhookSender {
  /** Why nothing can be sent to this URL, as far as that is known without asking the receiver; undefined = it is fine. */
  problemOf(url: string): string | undefined;
  /** A receiver that cannot be reached, or does not take the event, is an answer and not an error. */
  send(message: WebhookMessage): Promise<WebhookAnswer>;
  /** The secret with which the client's receiver verifies. Throws CONFIG when the installation has none. */
  secretOf(clientId: ClientId): string;
}

// -------------------------------------------------------------------------------------------------------- housekeeping

export interface ExpiryStore {
  /** Imports that ended before this and still have their details, oldest first. */
  due(before: Date, limit: number): Promise<readonly ImportId[]>;
  /** Removes rejected records, replaced values, chunks and notes on e-mails, in small steps, `onProgress` after each. Repeatable. */
  expire(importId: ImportId, at: Date, onProgress: () => void): Promise<void>;
}

/** All that the database keeps. */
export interface Stores {
  readonly clients: ClientStore;
  readonly accounts: AccountStore;
  readonly bans: BanStore;
  readonly audit: AuditStore;
  readonly sessions: SessionStore;
  readonly imports: ImportStore;
  readonly deferred: DeferredStore;
  readonly rejected: RejectedStore;
  readonly users: UserStore;
  readonly groups: GroupStore;
  readonly permits: PermitStore;
  readonly changes: UserChanges;
  readonly turns: TurnStore;
  readonly undos: UndoStore;
  readonly outbox: OutboxStore;
  readonly expiry: ExpiryStore;
  readonly persons: PersonStore;
}

// ------------------------------------------------------------------------------------------------------------ Temporal

/** What steps ask of Temporal. */
export interface Inboxes {
  /** A request of the client is written down: a retry, an approval, an undo, or to look for files. */
  wake(clientId: ClientId): Promise<void>;
  /** The workflow of an import, or of its undo; undefined = none was ever started, or it has expired there. */
  writer(importId: ImportId, kind: 'import' | 'undo'): Promise<Writer | undefined>;
  /** Whether a workflow is running that sends the e-mail about an import, or about its undo. */
  isSending(importId: ImportId, mail: 'report' | 'undo'): Promise<boolean>;
  /** Whether the workflow is running that delivers an event. */
  isDelivering(importId: ImportId, kind: WebhookKind): Promise<boolean>;
}

export interface Webhooks {
  /** Unless it was started before. Throws CONFIG when Temporal refuses for good; after any other error, it may be tried again. */
  startDelivery(delivery: WebhookDelivery): Promise<void>;
}

/** What the front door and the command line ask of Temporal. */
export interface ImportsControl extends Pick<Inboxes, 'wake'> {
  /** Throws WRONG_USE, with the reason, when the setting cannot be in force. */
  trySchedule(schedule: Schedule): Promise<void>;
  /** Brings the schedules that look for files in line with the settings of the clients. */
  applySchedules(clients: Pick<ClientStore, 'schedules'>): Promise<readonly RefusedSchedule[]>;
  /** Approves or declines a held import. Throws NOT_NOW, with a sentence, when there is nothing to decide any more. */
  decide(importId: ImportId, decision: HoldDecision): Promise<void>;
  /**
   * Sends the e-mail of an ended import, the one about its undo, or the one that asks for approval, again. `under-way` = the mail server has
   * not answered yet; `nothing-left` = what it would carry is no longer kept. Throws NOT_NOW when it is being sent already.
   */
  resendReport(run: Pick<ImportRun, 'importId' | 'clientId'>, kind: ResentKind): Promise<ReportState | 'nothing-left' | 'under-way'>;
  /** Whether a workflow is at work on this import, or waits for something. */
  isRunning(importId: ImportId): Promise<boolean>;
  /** Steps of the import, of its undo and of e-mails that are sent again, which did not work and are tried again. */
  troubles(importId: ImportId): Promise<readonly StepTrouble[]>;
  /** Whether a step of this name of any of them is at work, or waits to be tried again. */
  isPending(importId: ImportId, step: string): Promise<boolean>;
  /** How many records are done in the chunks of the import that are being applied, as far as their steps have told. */
  recordsAtWork(importId: ImportId): Promise<readonly ChunkAtWork[]>;
  /** Link into the Temporal UI; null when no UI is known. */
  uiUrl(importId: ImportId): string | null;
}
