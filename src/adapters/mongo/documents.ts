// What lies in MongoDB, one interface per collection. Documents never leave the adapter: stores turn them into words of the domain.
// `users` and `permits` are shared with the surrounding application, so what an import added to them may be missing there.

import type { mongo } from 'mongoose';
import type { SettledPart } from '../../ports';
import type { Account, Ban, LiveSession } from '../../domain/client/access';
import type { Chunk, ChunkResult } from '../../domain/file/inspection';
import type { RejectedRecord, CheckedRecord } from '../../domain/record/record';
import type { Turn } from '../../domain/turn';
import type { UndoChunk, UndoChunkResult, Undo, UserChange, WhyLeft } from '../../domain/undo/undo';
import type { Client } from '../../domain/client';
import type { ClientId, ImportId, UserId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import type { FieldValues, User } from '../../domain/user';

export type ClientDocument = Omit<Client, 'clientId'> & { readonly _id: ClientId };

/** `_id` is the user name, so that MongoDB itself keeps it unique over all clients. */
export type AccountDocument = Omit<Account, 'userName'> & { readonly _id: string };

/** `_id`: the address. */
export type BanDocument = Omit<Ban, 'address'> & { readonly _id: string };

/** `_id`: the number of the entry. `text` is the entry as JSON; what is beside it is there to be searched. */
export interface AuditDocument {
  readonly _id: number;
  readonly clientId: ClientId | null;
  readonly at: Date;
  readonly text: string;
  readonly hash: string;
}

export type SessionDocument = Omit<LiveSession, 'sessionId'> & { readonly _id: string; readonly seenAt: Date };

export type ImportDocument = Omit<ImportRun, 'importId'> & { readonly _id: ImportId };

/** `_id`: `<importId>/<n>`. */
export type ChunkDocument = Chunk & { readonly _id: string; readonly result?: ChunkResult };

/** Beside the chunks. `_id`: `<importId>/settled-<n>`. */
export type SettledDocument<Result> = SettledPart<Result> & { readonly _id: string };

/** `_id`: `<importId>/<line>`. */
export interface DeferredDocument {
  readonly _id: string;
  readonly record: CheckedRecord;
}

/** `_id`: `<importId>/<line>`. */
export type RejectedDocument = RejectedRecord & { readonly _id: string };

export type UserDocument = FieldValues &
  Pick<User, 'imported' | 'created' | 'archived' | 'undone' | 'updatedAt'> & {
    readonly _id: UserId;
    readonly clientId: ClientId;
    /** Missing = active: written by the application. */
    readonly status?: 'active' | 'archived';
    /** Missing = 0; the application may have stored anything. */
    readonly rev?: unknown;
    /** `<clientId>/<key>`: unique indexes on these keep e-mails and user names apart. */
    readonly emailKey?: string;
    readonly userNameKey?: string;
  };

/** `_id`: `<clientId>/<name in lower case>`. */
export interface GroupDocument {
  readonly _id: string;
  readonly clientId: ClientId;
  /** As it was spelled first. */
  readonly name: string;
  readonly created?: { readonly importId: ImportId; readonly at: Date };
}

/** The values that a write replaced. `_id`: `<importId>/<line>`; `rev` is the user's before the write. */
export type UserChangeDocument = Omit<UserChange, 'importId' | 'line'> & { readonly _id: string };

/** The application chooses the type of its `_id`s: any of BSON, even a document. These are the usual ones. */
export type PermitId = string | number | mongo.ObjectId;

export interface PermitDocument {
  readonly _id: PermitId;
  readonly clientId: ClientId;
  readonly number: string;
  readonly status: string;
  readonly holder: UserId | null;
  readonly releasedBy?: ImportId;
  readonly releasedAt?: Date;
  readonly releasedFrom?: UserId;
  /** An import that had released the permit was undone, and its holder has it again. */
  readonly returned?: { readonly importId: ImportId; readonly at: Date };
}

/** `_id`: `<importId>/<textOfPermitId>`. releasing = not yet known to be done; skipped = no longer this user's when we came. */
export interface PermitReleaseDocument {
  readonly _id: string;
  readonly permitId: PermitId;
  readonly userId: UserId;
  readonly state: 'releasing' | 'released' | 'skipped';
  readonly at: Date;
  /** What the undo of the import did with it. */
  readonly undo?: 'returned' | WhyLeft;
  /** When the undo looked at it: a late look changes nothing of what a later one found. */
  readonly undoAt?: Date;
}

/** `_id`: the import. */
export type UndoDocument = Omit<Undo, 'importId'> & { readonly _id: ImportId };

/** `_id`: `<importId>/<round>/<n>`: what a round has done stays as it is, whatever a late worker of it writes. */
export interface UndoChunkDocument {
  readonly _id: string;
  readonly n: number;
  readonly chunk?: UndoChunk;
  readonly result?: UndoChunkResult;
}

/** `_id`: the client. */
export type TurnDocument = Omit<Turn, 'clientId'> & { readonly _id: ClientId };

/** `_id`: `<importId>/<kind>`. */
export interface OutboxDocument {
  readonly _id: string;
  readonly state: 'pending' | 'sent' | 'failed';
  readonly at: Date;
  /** Of one that failed. */
  readonly why?: string;
  /** Of an event for a webhook that nobody took for its time: the same as `at`, apart to be found quickly. */
  readonly givenUpAt?: Date;
}

/** `_id`: `imports/<clientId>`; `value` is the last number given out. */
export interface CounterDocument {
  readonly _id: string;
  readonly value: number;
}
