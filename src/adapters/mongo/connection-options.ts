// What a connection is opened with: our defaults where the URI says nothing, and what must hold whatever it says. A write that a new primary
// does not have would be taken for done, and a read from a secondary may be of yesterday.

import { mongo } from 'mongoose';

const DEFAULTS = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000, socketTimeoutMS: 120_000, maxPoolSize: 10 };
const OURS_TO_SAY = new Set(['w', 'j', 'journal', 'fsync', 'readpreference', 'readpreferencetags', 'maxstalenessseconds']);

export interface ConnectionOptions {
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
