// What the command line is given by the process that starts it: services that are opened only when a command needs them, the few
// functions whose home is another floor, and the terminal. Tests give fakes.

import type { Writable } from 'node:stream';
import type { CheckedFile } from '../domain/file/checked-file';
import type { Client } from '../domain/client';
import type {
  AccountStore,
  AuditStore,
  BanStore,
  ClientStore,
  Clock,
  CsvFiles,
  FileStore,
  ImportsControl,
  ImportStore,
  Operator,
  OutboxStore,
  PublicKey,
  PermitStore,
  PersonStore,
  RejectedStore,
  SessionStore,
  StandingFolder,
  UndoStore,
  UserStore,
} from '../ports';

export interface Services {
  readonly clients: ClientStore;
  readonly accounts: AccountStore;
  readonly bans: BanStore;
  readonly audit: AuditStore;
  readonly sessions: Pick<SessionStore, 'live'>;
  readonly imports: ImportStore;
  readonly rejected: RejectedStore;
  readonly undos: UndoStore;
  readonly outbox: Pick<OutboxStore, 'whyFailed'>;
  readonly users: Pick<UserStore, 'history' | 'repairKeys'>;
  readonly permits: Pick<PermitStore, 'notGivenBack'>;
  readonly control: ImportsControl;
  readonly persons: PersonStore;
  readonly files: Pick<FileStore, 'prepareClient' | 'findFailedRecords' | 'findBackup' | 'removeBackup' | 'workFolders' | 'cleanUp'>;
  readonly standing: Pick<StandingFolder, 'findStatusReport'>;
  readonly csv: Pick<CsvFiles, 'writeFailedRecords' | 'countPersonRows' | 'dropPersonRows'>;
}

export interface DoctorCheck {
  /** What is looked at, e.g. `MongoDB`. */
  readonly name: string;
  /**
   * `detail` = what was found (address, version); `todo` = what to do about it when not ok; `skipped` = not looked at, for a reason that
   * another check tells. May throw: that is not ok.
   */
  run(): Promise<{ readonly ok: boolean; readonly detail: string; readonly todo?: string; readonly skipped?: true }>;
}

export interface CliDeps extends Clock {
  /** Opened once, at the first call; later calls give the same. Throws ImportsError UNREACHABLE or CONFIG. */
  open(): Promise<Services>;
  /** Closes whatever was opened, by `open` or by a check; safe when nothing was. */
  close(): Promise<void>;

  /** argon2id in PHC string format. */
  hashPassword(password: string): Promise<string>;
  generatePassword(): string;
  /** One line of a `.pub` or authorized_keys file. Throws ImportsError WRONG_USE with a sentence when it is no usable public key. */
  parsePublicKey(line: string): PublicKey;

  /** The dry run: nothing is written but the failed records, where a path is given and some would fail. NOT_FOUND = no such file. */
  checkFile(input: { readonly client: Client; readonly path: string; readonly failedRecordsPath: string | null }): Promise<CheckedFile>;

  readonly doctorChecks: readonly DoctorCheck[];
  /** Resolves when everything was stopped by SIGTERM or SIGINT. */
  runUp(options: { readonly json: boolean }): Promise<void>;
  /** `keep` = stay up after the story for a look around. */
  runDemo(options: { readonly json: boolean; readonly keep: boolean }): Promise<void>;

  /** Who types, as imports keep it. */
  readonly operator: string;
  /** Who types, as the audit keeps it. */
  readonly identity: Operator;
  readonly version: string;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Width of the terminal; undefined when the output is no terminal. */
  readonly columns: number | undefined;
  /** IANA name of the zone in which times are shown. */
  readonly timeZone: string;
  /** Everything on standard input, as text. */
  readStdin(): Promise<string>;
  sleep(ms: number): Promise<void>;
}
