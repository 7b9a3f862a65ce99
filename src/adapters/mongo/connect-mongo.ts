// The way in: one connection, its stores, and an error that support can act on when no server answers.

import { isNativeError } from 'node:util/types';
import { createConnection, mongo } from 'mongoose';
import { type ImportsError, misconfigured, unreachable } from '../../errors';
import type { Stores } from '../../ports';
import { createAccountStore, createBanStore, createSessionStore } from './accounts/access-stores';
import { createAuditStore } from './accounts/audit-store';
import { createClientStore } from './accounts/client-store';
import { createExpiryStore } from './imports/expiry-store';
import { createGroupStore } from './users/group-store';
import { createImportStore } from './imports/import-store';
import { createIndexes } from './indexes';
import { createModels } from './models';
import { createOutboxStore } from './imports/outbox-store';
import { createPersonStore } from './users/person-store';
import { createPermitStore } from './users/permit-store';
import { createDeferredStore, createRejectedStore } from './imports/record-stores';
import { createTurnStore } from './imports/turn-store';
import { createUndoStore } from './imports/undo-store';
import { createUserChanges } from './users/user-changes';
import { createUserStore } from './users/user-store';
import { watchMonitor } from './watch-monitor';

export interface Mongo extends Stores {
  /** Safe to repeat; takes long when users exist and an index is new. */
  createIndexes(): Promise<void>;
  /** `time` is the server's own clock, where it tells it. */
  ping(): Promise<{ readonly version: string; readonly time: Date | null }>;
  close(): Promise<void>;
}

// A lost connection is an error at once; Temporal tries again. Buffered commands would hide it for ten seconds.
const MODELS = { autoIndex: false, autoCreate: false, bufferCommands: false } as const;

/** Throws UNREACHABLE when no server answers, CONFIG when the URI cannot be read. Uses the URI's database, `imports` by default. */
export async function connectMongo(uri: string): Promise<Mongo> {
  const connection = await open(uri);
  const models = createModels(connection);
  return {
    clients: createClientStore(models),
    accounts: createAccountStore(models),
    bans: createBanStore(models),
    audit: createAuditStore(models),
    sessions: createSessionStore(models),
    imports: createImportStore(models),
    deferred: createDeferredStore(models),
    rejected: createRejectedStore(models),
    users: createUserStore(models),
    groups: createGroupStore(models),
    permits: createPermitStore(models),
    changes: createUserChanges(models),
    turns: createTurnStore(models),
    undos: createUndoStore(models),
    outbox: createOutboxStore(models),
    expiry: createExpiryStore(models),
    persons: createPersonStore(models),
    createIndexes: () => createIndexes(connection),
    async ping() {
      const admin = connection.getClient().db().admin();
      const [{ version }, { localTime }] = await Promise.all([admin.command({ buildInfo: 1 }), admin.command({ hello: 1 })]);
      return { version: String(version), time: localTime instanceof Date ? localTime : null };
    },
    close: () => connection.close(),
  };
}

/** Thrown where nobody catches it: the process ends and is started again, which is what it takes. */
function startOver(hosts: string): never {
  throw unreachable(`The MongoDB driver stopped looking for ${hosts}. Start this process again.`);
}

async function open(given: string) {
  const known = connectionOptions(given);
  if (known === undefined) throw unreadable();
  const { uri, options, database, hosts } = known;
  try {
    const connection = await createConnection(uri, { ...options, ...MODELS, ...(database === '' && { dbName: 'imports' }) }).asPromise();
    watchMonitor(connection.getClient(), () => startOver(hosts));
    return connection;
  } catch (error) {
    throw sayWhyNot(error, known);
  }
}

/** The driver's text and the URI may hold credentials: only hosts, files and codes are named. */
function sayWhyNot(error: unknown, { hosts, patienceMs }: ConnectionOptions): ImportsError {
  const { name, code, path } = error as { readonly name?: unknown; readonly code?: unknown; readonly path?: unknown };
  // By name: the parser of URIs has its own copy of the driver's class.
  if (name === 'MongoParseError') return unreadable();
  if (typeof path === 'string') {
    return misconfigured(
      `MongoDB was not connected: ${path}, which MONGODB_URI names, cannot be read (${String(code)}). Check the file and its path.`,
    );
  }
  const reason =
    error instanceof mongo.MongoServerError
      ? `refused the login (code ${String(code)})`
      : `did not answer within ${patienceMs / 1000} seconds${causeOf(error)}`;
  return unreachable(`MongoDB at ${hosts} ${reason}. Check that it runs, and MONGODB_URI.`);
}

function unreadable(): ImportsError {
  return misconfigured('MongoDB was not connected: MONGODB_URI cannot be read. Write it as mongodb://host:port/database.');
}

/** ` (ECONNREFUSED)`, ` (CERT_HAS_EXPIRED)`: what the last look at a server met, where the system has a word for it. */
function causeOf(error: unknown): string {
  const { reason } = error as { readonly reason?: Partial<mongo.TopologyDescription> };
  for (const { error: found } of reason?.servers?.values() ?? []) {
    for (let cause: unknown = found; isNativeError(cause); cause = cause.cause) {
      if ('code' in cause && typeof cause.code === 'string') return ` (${cause.code})`;
    }
  }
  return '';
}

const DEFAULTS = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000, socketTimeoutMS: 120_000, maxPoolSize: 10 };
/** A write that a new primary does not have would be taken for done, and a read from a secondary may be of yesterday. */
const OURS_TO_SAY = new Set(['w', 'j', 'journal', 'fsync', 'readpreference', 'readpreferencetags', 'maxstalenessseconds']);

interface ConnectionOptions {
  /** Without the options that are ours to say. */
  readonly uri: string;
  readonly options: mongo.MongoClientOptions;
  readonly hosts: string;
  readonly database: string;
  /** How long the driver looks for a server. */
  readonly patienceMs: number;
}

/** Undefined when this is not the URI of a MongoDB. */
export function connectionOptions(uri: string): ConnectionOptions | undefined {
  const parts = /^(mongodb(?:\+srv)?:\/\/(?:[^/?]*@)?([^/?@]+)(?:\/([^?]*))?)(?:\?(.*))?$/s.exec(uri);
  if (parts === null) return undefined;
  const [, address = '', hosts = '', database = '', query = ''] = parts;
  const kept = query.split('&').filter((option) => option !== '' && !OURS_TO_SAY.has(nameOf(option)));
  const said = new Map(kept.map((option) => [nameOf(option), option.slice(option.indexOf('=') + 1)]));
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !said.has(name.toLowerCase()));
  return {
    uri: kept.length === 0 ? address : `${address}${database === '' && !address.endsWith('/') ? '/' : ''}?${kept.join('&')}`,
    options: {
      ...Object.fromEntries(said.has('minpoolsize') ? defaults.filter(([name]) => name !== 'maxPoolSize') : defaults),
      writeConcern: { w: 'majority' },
      readPreference: mongo.ReadPreference.primary,
    },
    hosts,
    database,
    patienceMs: Number(said.get('serverselectiontimeoutms') ?? DEFAULTS.serverSelectionTimeoutMS),
  };
}

function nameOf(option: string): string {
  return option.slice(0, option.indexOf('=')).toLowerCase();
}
