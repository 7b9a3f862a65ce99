// What the steps need of the outside world: ports, and the settings of the installation that they read.

import type {
  AuditStore,
  ClientStore,
  Clock,
  CsvFiles,
  DeferredStore,
  ExpiryStore,
  FileStore,
  GroupStore,
  Inboxes,
  ImportMetrics,
  ImportStore,
  Log,
  Mailer,
  OutboxStore,
  PermitStore,
  RejectedStore,
  StandingFolder,
  TurnStore,
  UndoStore,
  UserChanges,
  UserStore,
  Webhooks,
  WebhookSender,
} from '../src/ports';

export interface ActivityPorts {
  readonly clients: ClientStore;
  readonly audit: Pick<AuditStore, 'entries'>;
  readonly imports: ImportStore;
  readonly turns: TurnStore;
  readonly inboxes: Inboxes;
  readonly deferred: DeferredStore;
  readonly rejected: RejectedStore;
  readonly users: UserStore;
  readonly groups: GroupStore;
  readonly permits: PermitStore;
  readonly changes: UserChanges;
  readonly undos: UndoStore;
  readonly outbox: OutboxStore;
  readonly expiry: ExpiryStore;
  readonly files: FileStore;
  readonly standing: StandingFolder;
  readonly csv: CsvFiles;
  readonly mailer: Mailer;
  readonly webhooks: Webhooks;
  readonly webhookSender: Pick<WebhookSender, 'send'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ImportMetrics;
  /** How long a file must be untouched before it is claimed. */
  readonly quietMs: number;
  /** Replaces the client's From where the SMTP relay demands its own domain. */
  readonly mailFrom: string | null;
  /** Where the events of all clients are sent; null = nowhere. */
  readonly webhookUrl: string | null;
  /** How long rejected records and replaced values of an ended import are kept. */
  readonly keepDays: number;
  /** How long files in `.bak` are kept; null = for ever. */
  readonly keepBackupDays: number | null;
}
