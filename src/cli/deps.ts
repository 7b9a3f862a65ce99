// What the command line is given by the process that starts it: services that are opened only when a command needs them, the few
// functions whose home is another floor, and the terminal. Tests give fakes.

import type { Writable } from 'node:stream';
import type { CheckedFile, PlannedChange } from '../domain/file/checked-file';
import type { Client } from '../domain/client';
import type { WaitingFiles } from '../domain/file/folder-files';
import type { ClientId, ImportId } from '../domain/ids';
import type {
  Clock,
  CsvFiles,
  FileStore,
  ImportsControl,
  LogLine,
  LogQuery,
  Mailer,
  StandingFolder,
  Stores,
  WebhookSender,
} from '../ports';
import type { Operator } from '../domain/audit';
import type { PublicKey } from '../domain/client/access';

export interface Services extends Pick<Stores, 'clients' | 'accounts' | 'bans' | 'audit' | 'imports' | 'rejected' | 'undos' | 'persons'> {
  readonly sessions: Pick<Stores['sessions'], 'live'>;
  readonly turns: Pick<Stores['turns'], 'askLook'>;
  readonly outbox: Pick<Stores['outbox'], 'sentAt' | 'whyFailed' | 'failedAmong' | 'webhooksNotTaken' | 'setState'>;
  readonly users: Pick<Stores['users'], 'history' | 'repairKeys' | 'search'>;
  readonly permits: Pick<Stores['permits'], 'notGivenBack'>;
  readonly control: ImportsControl;
  readonly files: Pick<
    FileStore,
    'prepareClient' | 'clientFolder' | 'uploads' | 'findFailedRecords' | 'findBackup' | 'removeBackup' | 'workFolders' | 'cleanUp'
  >;
  /** What waits in the folder of a client to be taken by an import. */
  readonly waitingFiles: (clientId: ClientId) => Promise<WaitingFiles & { readonly newest: Date | null }>;
  readonly mails: Pick<Mailer, 'cutAttachment'>;
  readonly standing: Pick<StandingFolder, 'findStatusReport'>;
  readonly csv: Pick<CsvFiles, 'writeFailedRecords' | 'writeTable' | 'countPersonRows' | 'dropPersonRows'>;
}

export interface DoctorCheck {
  /** What is looked at, e.g. `MongoDB`. */
  readonly name: string;
  /**
   * `detail` = what was found (address, version); `todo` = what to do about it when not ok; `skipped` = not looked at, for a reason that
   * another check tells; ok with a `todo` = nothing is wrong, but somebody is waited for. May throw: that is not ok.
   */
  run(): Promise<{
    readonly ok: boolean;
    readonly detail: string;
    readonly todo?: string;
    readonly skipped?: true;
    /** The line about imports that wait for somebody, with which the doctor ends. */
    readonly needsYou?: string;
  }>;
}

/** A stream that may be a terminal. */
type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface CliDeps extends Clock {
  /** What is not asked for is not opened. Throws ImportsError UNREACHABLE or CONFIG. */
  open(): Promise<Services>;
  /** Closes whatever was opened, by `open` or by a check; safe when nothing was. */
  close(): Promise<void>;

  /** argon2id in PHC string format. */
  hashPassword(password: string): Promise<string>;
  generatePassword(): string;
  /** One line of a `.pub` or authorized_keys file. Rejects with ImportsError WRONG_USE with a sentence if it is not a usable public key. */
  parsePublicKey(line: string): Promise<PublicKey>;

  /** The dry run: nothing is written but the failed records, where a path is given and some would fail. NOT_FOUND = no such file. */
  checkFile(input: { readonly client: Client; readonly path: string; readonly failedRecordsPath: string | null }): Promise<CheckedFile>;

  /** What a held import would do to users, by line, if approved now. Throws FILE_VANISHED where its file is not in the data directory. */
  plannedChanges(importId: ImportId): AsyncIterable<PlannedChange>;

  /** `url` gets the events of all clients; null = none. */
  webhooks(): Promise<{ readonly url: string | null; readonly sender: WebhookSender }>;

  /** Lines of the log, of these files (`-` = standard input) or of `imports up`, null. NOT_FOUND = there is no such file. */
  readLogs(
    files: readonly string[] | null,
    query: LogQuery,
    look: { readonly time: (at: Date) => string; readonly level: (level: string) => string },
  ): Promise<{ readonly lines: readonly LogLine[]; readonly pretty: (line: LogLine) => string }>;

  doctorChecks(): Promise<readonly DoctorCheck[]>;
  /** Resolves when everything was stopped by SIGTERM or SIGINT. */
  runUp(options: { readonly json: boolean }): Promise<void>;
  /** `keep` = stay up after the story for a look around. */
  runDemo(options: { readonly json: boolean; readonly keep: boolean }): Promise<void>;

  /** Replaces the address of clients as the sender of e-mails; null = it does not. */
  mailFrom(): Promise<string | null>;
  /** Who types, as imports keep it. */
  readonly operator: string;
  /** Who types, as the audit keeps it. */
  readonly identity: Operator;
  readonly version: string;
  readonly stdout: Writable;
  readonly stderr: Terminal;
  /** Width of the terminal; undefined if the output is not a terminal. */
  readonly columns: number | undefined;
  /** Whether the output is a terminal with colours, and nobody has asked for none. */
  readonly hasColours: boolean;
  /** IANA name of the zone in which times are shown. */
  readonly timeZone: string;
  /** Everything on standard input, as text. */
  readStdin(): Promise<string>;
  sleep(ms: number): Promise<void>;
}
