// Who gets in at the front door: the accounts of clients, the addresses that are banned, the sessions that are live.

import type { ClientId } from '../ids';

/** A way in. */
export type Protocol = 'sftp' | 'ftps';

export interface PublicKey {
  /** e.g. `ssh-ed25519` */
  readonly algorithm: string;
  /** base64 of the key blob, as in an authorized_keys line */
  readonly blob: string;
  /** `SHA256:…` as ssh-keygen prints it */
  readonly fingerprint: string;
  readonly comment: string;
}

export interface Account {
  /** Unique over all clients. */
  readonly userName: string;
  readonly clientId: ClientId;
  /** argon2id in PHC string format; null = no password login. */
  readonly passwordHash: string | null;
  readonly publicKeys: readonly PublicKey[];
  readonly enabled: boolean;
  readonly lastLoginAt: Date | null;
  /** Where it logged in from lately, newest first, each place once; missing = nowhere yet. */
  readonly knownPlaces?: readonly KnownPlace[];
}

export interface KnownPlace {
  /** An IPv4 address, or an IPv6 network of /64. */
  readonly address: string;
  readonly at: Date;
}

/** An address that is not let in for a while, for what it did. */
export interface Ban {
  /** An IPv4 address, or an IPv6 network of /64. */
  readonly address: string;
  readonly since: Date;
  readonly until: Date;
  /** How often so far: each ban is longer than the one before. */
  readonly times: number;
  /** The last straw. */
  readonly reason: string;
  /** User names of accounts that may still come in from there: they, or their client, are at home behind the address. */
  readonly spares: readonly string[];
}

/** One connection that has logged in. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userName: string;
  readonly clientId: ClientId;
  readonly address: string;
  readonly protocol: Protocol;
  /** What the client's software calls itself. */
  readonly software: string | null;
  readonly since: Date;
  readonly lastActivityAt: Date;
  /** Of the protocol, in and out as the server sees it. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}
