// A client: one customer organisation, its settings and their defaults (the table of settings in docs/operations.md).

import type { ProfileName } from './client/profiles';
import type { ClientId } from './ids';
import type { FieldName } from './record/fields';

export type Schedule = { readonly every: string } | { readonly cron: string; readonly timeZone: string };

export interface ClientSettings {
  /** Which product's file it sends: its columns and folders. Settled when the client is added. */
  readonly profile: ProfileName;
  /** Who receives "CSV Import Failed Records". */
  readonly failedImportEmail: string;
  /** From and Reply-To of system mail. */
  readonly replyToAdminEmail: string;
  readonly archiveOnInactive: boolean;
  readonly reactivateOnActive: boolean;
  /** Accepted `login_source` codes; compared without regard to case, stored in this spelling. */
  readonly loginSources: readonly string[];
  /** When not empty, `user_type_id` must be one of these ids. */
  readonly userTypes: readonly { readonly id: number; readonly name: string }[];
  /** Further fields that a file may have, each under its headers of the OPS-COM table; for `agylia` only, whose own table is short. */
  readonly furtherColumns: readonly FieldName[];
  /** Further fields that a new user must have. */
  readonly requiredFields: readonly FieldName[];
  /** Whether ids that differ only in leading zeros or a final `.0` are one person, whose id a program has rewritten, or two. */
  readonly leadingZeros: 'same' | 'distinct';
  readonly unknownColumns: 'refuse' | 'ignore';
  readonly encoding: 'utf-8' | 'windows-1252' | 'utf-16le';
  readonly delimiter: 'auto' | ',' | ';' | '\t';
  readonly schedule: Schedule;
  readonly startOnUpload: boolean;
  readonly holdAbove: { readonly archives: number; readonly percent: number; readonly floor: number };
  readonly approvalTimeoutHours: number;
  readonly report: 'failures' | 'always';
  readonly maxFileBytes: number;
  readonly maxRecords: number;
  /** Addresses and networks that its accounts log in from; none = any. */
  readonly allowedAddresses: readonly string[];
  /** A duration such as `26h`; null = no silence alarm. */
  readonly expectFileEvery: string | null;
  /** Where its events are sent; null = nowhere. Read at each try, so that a wrong one can be corrected: imports do not keep it. */
  readonly webhookUrl: string | null;
}

/** An operator's word on whether imports of a client are started, retried or approved. Uploads are taken, undos started, and what runs goes on. */
export interface Pause {
  readonly at: Date;
  /** Who typed it. */
  readonly by: string;
  readonly reason: string;
}

export interface Client {
  readonly clientId: ClientId;
  readonly enabled: boolean;
  /** Absent = it is not paused. */
  readonly paused?: Pause;
  /** How its last pause ended. */
  readonly resumed?: Pause;
  /** When files began to be expected of it. */
  readonly addedAt?: Date;
  readonly settings: ClientSettings;
}

export const DEFAULT_SETTINGS: Omit<ClientSettings, 'failedImportEmail' | 'replyToAdminEmail'> = {
  profile: 'opscom',
  archiveOnInactive: false,
  reactivateOnActive: false,
  loginSources: ['OPSCOM'],
  userTypes: [],
  furtherColumns: [],
  requiredFields: [],
  leadingZeros: 'same',
  unknownColumns: 'refuse',
  encoding: 'utf-8',
  delimiter: 'auto',
  schedule: { every: '5m' },
  startOnUpload: true,
  holdAbove: { archives: 50, percent: 20, floor: 10 },
  approvalTimeoutHours: 72,
  report: 'failures',
  maxFileBytes: 2 * 1024 ** 3,
  maxRecords: 5_000_000,
  allowedAddresses: [],
  expectFileEvery: null,
  webhookUrl: null,
};
