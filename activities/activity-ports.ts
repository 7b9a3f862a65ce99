// What the steps need of the outside world: ports, and the settings of the installation that they read; and what they share.

import type {
  Clock,
  CsvFiles,
  FileStore,
  Inboxes,
  ImportMetrics,
  Log,
  Mailer,
  StandingFolder,
  Stores,
  Webhooks,
  WebhookSender,
} from '../src/ports';
import type { KeyLooks } from './mend-keys';
import type { Pace } from './pace';

type StoresOfSteps = Omit<Stores, 'accounts' | 'bans' | 'audit' | 'sessions' | 'persons'>;

export interface ActivityPorts extends StoresOfSteps {
  readonly audit: Pick<Stores['audit'], 'entries'>;
  readonly inboxes: Inboxes;
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

/** What the steps of one process have in common, so that those at work at once mind each other. */
export interface Shared {
  readonly pace: Pace;
  readonly keyLooks: KeyLooks;
}
