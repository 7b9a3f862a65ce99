// The collections. What people and rare steps write goes through a mongoose model, whose shape is checked against the interface at compile
// time (a key too few or too many does not compile); what only the hot paths write, in values of our own making, is the driver's collection.

import { type Connection, type Model, type mongo, Schema } from 'mongoose';
import type {
  AccountDocument,
  AuditDocument,
  BanDocument,
  ChunkDocument,
  ClientDocument,
  CounterDocument,
  DeferredDocument,
  GroupDocument,
  ImportDocument,
  OutboxDocument,
  PermitDocument,
  PermitReleaseDocument,
  RejectedDocument,
  SessionDocument,
  TurnDocument,
  UndoChunkDocument,
  UndoDocument,
  UserChangeDocument,
  UserDocument,
} from './documents';
import { ALL_FIELDS } from '../../domain/client/profiles';
import type { StoredFieldName } from '../../domain/user';

type Shape<D> = { readonly [K in keyof Required<D>]: unknown };

const { Mixed } = Schema.Types;
const text = { type: String, required: true };
const number = { type: Number, required: true };
const date = { type: Date, required: true };
const flag = { type: Boolean, required: true };
const mixed = { type: Mixed, required: true };
const orNull = (type: unknown) => ({ type, default: null });

const client: Shape<ClientDocument> = { _id: text, enabled: flag, paused: Mixed, resumed: Mixed, addedAt: Date, settings: mixed };

const account: Shape<AccountDocument> = {
  _id: text,
  clientId: text,
  passwordHash: orNull(String),
  publicKeys: [{ _id: false, algorithm: text, blob: text, fingerprint: text, comment: String }],
  enabled: flag,
  lastLoginAt: orNull(Date),
  knownPlaces: { type: [{ _id: false, address: text, at: date }], default: undefined },
};

const ban: Shape<BanDocument> = { _id: text, since: date, until: date, times: number, reason: text, spares: [String] };

const audit: Shape<AuditDocument> = { _id: number, clientId: orNull(String), at: date, text, hash: text };

const importRun: Shape<ImportDocument> = {
  _id: text,
  clientId: text,
  seq: number,
  fileName: text,
  bytes: number,
  inode: text,
  sha256: orNull(String),
  state: text,
  outcome: orNull(String),
  refusal: orNull(Mixed),
  receivedAt: date,
  startedAt: orNull(Date),
  finishedAt: orNull(Date),
  askedAt: date,
  turn: orNull(Number),
  attempts: number,
  settings: Mixed,
  retries: { type: [Mixed], default: undefined },
  counts: mixed,
  reasonCounts: mixed,
  reasonGroups: { type: [Mixed], default: undefined },
  refusedBy: { type: [String], default: undefined },
  layout: orNull(Mixed),
  endsInLineBreak: Boolean,
  isFirst: Boolean,
  keysMendedIn: Number,
  chunks: number,
  inactiveRecords: number,
  goAhead: orNull(String),
  held: orNull(Mixed),
  sameAs: orNull(String),
  sameAsBecame: String,
  stopped: Mixed,
  report: text,
  backup: orNull(String),
  rejectedDigest: orNull(String),
  failure: orNull(String),
  expiredAt: Date,
};

const values = Object.fromEntries(
  ALL_FIELDS.filter((field) => field.name !== 'active').map((field) => [field.name, field.rule.kind === 'whole-number' ? Number : String]),
) as Record<StoredFieldName, typeof Number | typeof String>;

const user: Shape<UserDocument> = {
  ...values,
  _id: text,
  clientId: text,
  status: String,
  rev: Number,
  emailKey: String,
  userNameKey: String,
  imported: Mixed,
  created: Mixed,
  archived: Mixed,
  undone: Mixed,
  updatedAt: Date,
};

const permit: Shape<PermitDocument> = {
  _id: Mixed,
  clientId: text,
  number: text,
  status: text,
  holder: orNull(String),
  releasedBy: String,
  releasedAt: Date,
  releasedFrom: String,
  returned: Mixed,
};

const outbox: Shape<OutboxDocument> = { _id: text, state: text, at: date, why: String, givenUpAt: Date };

const undo: Shape<UndoDocument> = {
  _id: text,
  round: number,
  reason: text,
  by: text,
  clientId: text,
  requestedAt: date,
  turn: orNull(Number),
  chunks: orNull(Number),
  finishedAt: orNull(Date),
  counts: mixed,
  report: text,
  failure: orNull(String),
};

const turn: Shape<TurnDocument> = { _id: text, turn: number, holder: orNull(Mixed), restUntil: orNull(Date), look: Boolean, looks: number };

const counter: Shape<CounterDocument> = { _id: text, value: number };

/** Every collection that the product uses, by the name it has in the database. */
export function createModels(connection: Connection) {
  const model = <D>(name: string, shape: Shape<D>): Model<D> =>
    madeWhenUsed(() =>
      // Mongoose would guess collection names, drop empty objects, add a version key and build indexes on its own.
      connection.model<D>(
        name,
        new Schema<D>(shape as never, {
          collection: name,
          strict: 'throw',
          minimize: false,
          versionKey: false,
          autoIndex: false,
          autoCreate: false,
          id: false,
        }) as never,
      ),
    );
  const collection = <D extends mongo.Document>(name: string) => connection.collection(name) as unknown as mongo.Collection<D>;
  return {
    clients: model<ClientDocument>('clients', client),
    accounts: model<AccountDocument>('accounts', account),
    bans: model<BanDocument>('bans', ban),
    audit: model<AuditDocument>('audit', audit),
    sessions: collection<SessionDocument>('sessions'),
    imports: model<ImportDocument>('imports', importRun),
    importChunks: collection<ChunkDocument>('importChunks'),
    deferredRecords: collection<DeferredDocument>('deferredRecords'),
    rejectedRecords: collection<RejectedDocument>('rejectedRecords'),
    users: model<UserDocument>('users', user),
    groups: collection<GroupDocument>('groups'),
    userChanges: collection<UserChangeDocument>('userChanges'),
    permits: model<PermitDocument>('permits', permit),
    permitReleases: collection<PermitReleaseDocument>('permitReleases'),
    outbox: model<OutboxDocument>('outbox', outbox),
    undos: model<UndoDocument>('undos', undo),
    undoChunks: collection<UndoChunkDocument>('undoChunks'),
    turns: model<TurnDocument>('turns', turn),
    counters: model<CounterDocument>('counters', counter),
  };
}

export type Models = ReturnType<typeof createModels>;

/** A command uses two or three of the models, and making all of them takes longer than what it asks the database. */
function madeWhenUsed<M extends object>(make: () => M): M {
  let made: M | undefined;
  return new Proxy({} as M, {
    get(_, name) {
      made ??= make();
      const value: unknown = Reflect.get(made, name);
      return typeof value === 'function' ? (value.bind(made) as unknown) : value;
    },
  });
}

/** Where the database has null, a store has nothing. */
export function ifFound<D, T>(document: D | null, read: (document: D) => T): T | undefined {
  return document === null ? undefined : read(document);
}

/** The driver's own collection behind a model: no casting, no hooks. */
export function native<D extends mongo.Document>(model: Model<D>): mongo.Collection<D> {
  return model.collection as unknown as mongo.Collection<D>;
}

/** In one reply, in no order. What the projection leaves out is missing. */
export async function findByIds<D extends mongo.Document>(
  collection: mongo.Collection<D>,
  ids: readonly D['_id'][],
  projection: mongo.Document = {},
): Promise<D[]> {
  const filter = { _id: { $in: ids } } as mongo.Filter<D>;
  return collection.find<D>(filter, { projection, batchSize: ids.length + 1 }).toArray();
}
