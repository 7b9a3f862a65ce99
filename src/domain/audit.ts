// What is written down about a change that an operator makes (SPEC section 7): who, from where, when, why, what it was and is.

import type { ClientId } from './ids';

/** Who works with the command line, and where. */
export interface Operator {
  /** Of the operating system's user, found by its number. */
  readonly name: string;
  /** null where the system has none. */
  readonly uid: number | null;
  readonly host: string;
  /** What `IMPORTS_OPERATOR`, or root's `SUDO_USER`, says: nobody has checked it. */
  readonly selfDeclared: string | null;
}

/** A change that an operator is about to make. `was` and `is` hold no secrets: no password, no hash of one, keys as fingerprints. */
export interface Act {
  /** The command, e.g. `client set`. */
  readonly action: string;
  readonly clientId: ClientId | null;
  /** What is changed: a client, an account, an import, an address. */
  readonly subject: string;
  readonly reason: string | null;
  readonly was: Readonly<Record<string, unknown>> | null;
  readonly is: Readonly<Record<string, unknown>> | null;
}

export interface AuditEntry extends Act {
  /** From 1, without a gap. */
  readonly seq: number;
  readonly at: Date;
  readonly by: Operator;
  /** Of the entry before; empty for the first one. */
  readonly previousHash: string;
  /** SHA-256 of all the rest, in hexadecimal. */
  readonly hash: string;
}
