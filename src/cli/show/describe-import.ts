// An import as a person reads it: what happened, the numbers, the reasons by frequency, and what to type next.

import type { ClientSettings } from '../../domain/client';
import type { FileHeaders } from '../../domain/file/header-names';
import { wouldDo } from '../../domain/decide/hold-rule';
import type { Counts, Held, ImportRun, ReportState, Retry } from '../../domain/import-run';
import { RESENT_MAILS, type ResentKind } from '../../domain/report/compose-mail';
import { statusReportName } from '../../domain/report/status-report';
import { summariseReasons } from '../../domain/reason/summarise-reasons';
import { grouped } from '../../domain/report/wording';
import { undoRows } from '../../domain/report/describe-undo';
import type { WebhookReceiver } from '../../domain/webhook/event';
import { countLeft, type Undo } from '../../domain/undo/undo';
import type { EventNotTaken, ImportsControl } from '../../ports';
import type { StepTrouble } from '../../domain/import-state';
import { shownState, toneOf } from '../imports/import-item';
import { keptSettings } from '../clients/client-text';
import type { Printer } from '../text/print';

const COUNT_WORDS: Readonly<Record<Exclude<keyof Counts, 'records'>, string>> = {
  created: 'created',
  updated: 'updated',
  unchanged: 'unchanged',
  archived: 'archived',
  rejected: 'rejected',
  repeated: 'repeated',
  superseded: 'superseded by a newer file',
  inactiveIgnored: 'inactive ignored',
  permitsReleased: 'permits released',
};

const REPORT_WORDS: Readonly<Record<ReportState, string>> = {
  none: 'no e-mail: there was nothing to report',
  pending: 'e-mail not sent yet',
  sent: 'e-mail sent',
  'not-repeated': 'e-mail not repeated: the import before had the same bytes and failures',
  failed: 'e-mail could not be sent',
};

/** What is known of the import beside itself. */
interface SeenBeside extends Pick<ImportsControl, 'uiUrl'> {
  /** It looks busy, but its workflow was terminated. */
  readonly stopped?: boolean;
  readonly undone?: Pick<Undo, 'reason' | 'by' | 'requestedAt' | 'finishedAt' | 'counts' | 'report' | 'failure'> | undefined;
  /** Steps that are tried again; null = Temporal, which alone knows them, did not answer. */
  readonly troubles?: readonly StepTrouble[] | null;
  /** The client's settings as they are now. */
  readonly settingsNow?: ClientSettings | undefined;
  /** Why e-mails could not be sent, as far as it is known. */
  readonly mailFailures?: MailFailures;
  readonly webhooks?: readonly NotTaken[];
}

/** An event that its receiver did not take at the last try. */
interface NotTaken extends Omit<EventNotTaken, 'kind'> {
  readonly event: string;
  readonly receiver: WebhookReceiver;
}

export type MailFailures = Readonly<Partial<Record<ResentKind, string>>>;

export function describeImport(run: ImportRun, seen: SeenBeside, print: Printer): string {
  const { uiUrl, stopped = false, undone, troubles: known = [], mailFailures = {}, webhooks = [], settingsNow } = seen;
  const troubles = known ?? [];
  const time = (date: Date | null) => (date === null ? undefined : print.time(date));
  const facts = print.facts([
    ['Import', run.importId],
    ['File', `${run.fileName}, ${print.bytes(run.bytes)}`],
    ['SHA-256', run.sha256 ?? undefined],
    ['Same as', run.sameAs === null ? undefined : `${run.sameAs} (the same bytes; ${run.sameAsBecame ?? 'imported'})`],
    [
      'State',
      stopped
        ? { text: `${resultOf(run)}, but its workflow was terminated in Temporal`, tone: 'bad' }
        : { text: `${resultOf(run)}${isBeingUndone(run, undone) ? '; it is being undone' : ''}`, tone: toneOf(run) },
    ],
    ['Refused', run.refusal === null ? undefined : refusalText(run.refusal)],
    ['Failure', run.failure ?? undefined],
    ['Held', run.held === null ? undefined : heldText(run, run.held, print)],
    ['Decided', run.held === null || run.held.decided === null ? undefined : decidedText(run.held.decided, print)],
    ['Received', time(run.receivedAt)],
    ['Started', time(run.startedAt)],
    ['Finished', time(run.finishedAt)],
    ['Attempts', String(run.attempts)],
    ['Settings', run.settings === undefined ? undefined : keptSettings(run.settings, settingsNow)],
    ...(run.retries ?? []).map((retry) => ['Retried', whoAndWhy(retry, print)] as const),
    ['Records', run.layout === null && run.counts.records === 0 ? undefined : countsText(run.counts)],
    ['Not stored', run.refusedBy === undefined ? undefined : `refused by ${run.refusedBy.join(', ')}; see docs/integration.md`],
    ['Undo', undone === undefined ? undefined : whoAndWhy({ ...undone, at: undone.requestedAt }, print)],
    ['Undo', undone?.failure == null ? undefined : `stopped: ${undone.failure}`],
    ['Report', run.finishedAt === null ? undefined : withWhy(reportText(run), mailFailures.report)],
    ['Told', mailFailures.hold === undefined ? undefined : withWhy(holdMailText(run), mailFailures.hold)],
    ['Told', undone?.report === 'failed' ? withWhy('the e-mail about the undo could not be sent', mailFailures.undo) : undefined],
    ...webhooks.map((one) => ['Webhook', webhookText(one, print)] as const),
    ...restoredFacts(run, undone),
    ...troubles.map((trouble) => ['Stuck', troubleText(trouble, print)] as const),
    ['Temporal', known === null ? 'does not answer: whether a step is stuck is not known. See: imports doctor' : undefined],
    ['Backup', run.backup ?? undefined],
    ['Status report', run.finishedAt === null || run.backup !== null ? undefined : `reports/${statusReportName(run)}`],
    ['Workflow', uiUrl(run.importId) ?? `import/${run.importId}`],
  ]);
  const next = nextText(run, { stopped, undone, troubles, mailFailures });
  return [facts, reasonsText(run, run.layout, print), next === undefined ? undefined : print.prose(next)]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** `would archive 120 of 480 active users (25 %) and release 3 permits`; and for how long nobody has agreed. */
function heldText({ state }: ImportRun, held: Held, print: Printer): string {
  const { until, decided } = held;
  return `would ${wouldDo(held)}${state === 'held' && decided === null ? `; declined unless approved by ${print.time(until)}` : ''}`;
}

export const DECIDED_WORDS = {
  approve: 'approved',
  'approve-without-archives': 'approved without archiving',
  decline: 'declined',
} as const;

function decidedText({ verdict, by, reason, at }: NonNullable<Held['decided']>, print: Printer): string {
  return verdict === 'timed-out'
    ? `nobody decided in time, ${print.time(at)}`
    : `${DECIDED_WORDS[verdict]} by ${by}, ${print.time(at)}: ${reason}`;
}

function whoAndWhy({ by, reason, at }: Retry, print: Printer): string {
  return `by ${by}, ${print.time(at)}: ${reason}`;
}

function isBeingUndone({ state }: ImportRun, undone: SeenBeside['undone']): boolean {
  return undone !== undefined && state !== 'undone' && undone.failure === null && undone.finishedAt === null;
}

/** `finished: imported-with-failures`. Before the end the outcome is not shown: the import may still fail. */
export function resultOf(run: ImportRun): string {
  return run.state === 'finished' && run.outcome !== null ? `finished: ${run.outcome}` : shownState(run);
}

/** `held: 120 archives` tells at once which of several is the dangerous one. */
export function resultInList(run: ImportRun): string {
  return run.state === 'held' && run.held !== null ? `held: ${grouped(run.held.archives)} archives` : resultOf(run);
}

export function refusalText({ code, message, line }: NonNullable<ImportRun['refusal']>): string {
  return `${code}${line === undefined ? '' : `, line ${line}`}: ${message}`;
}

/** Only what happened: `10: 5 created, 2 updated (1 of them archived), 3 rejected`. Those archived count as updated, too. */
export function countsText(counts: Counts): string {
  const words = Object.entries(COUNT_WORDS) as [keyof typeof COUNT_WORDS, string][];
  const archived = counts.archived === 0 ? '' : ` (${grouped(counts.archived)} of them archived)`;
  const happened = words
    .filter(([key]) => counts[key] > 0 && key !== 'archived')
    .map(
      ([key, word]) =>
        `${grouped(counts[key])} ${counts[key] === 1 ? word.replace('permits', 'permit') : word}${key === 'updated' ? archived : ''}`,
    );
  return `${grouped(counts.records)}${happened.length === 0 ? '' : `: ${happened.join(', ')}`}`;
}

/** `file` null = its headers are not known. */
export function reasonsText(
  run: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>,
  file: FileHeaders | null,
  print: Printer,
): string | undefined {
  const reasons = summariseReasons(run, file);
  if (reasons.length === 0) return undefined;
  return print.table(reasons, [
    { head: 'RECORDS', align: 'right', cell: ({ count }) => grouped(count) },
    { head: 'REASON', cell: ({ code }) => code },
    { head: '', narrow: 'wrap', cell: ({ title, column }) => (column === null ? title : `${title}: ${column}`) },
  ]);
}

/** An address that is wrong is the usual cause. */
function reportText({ state, report, settings, counts }: ImportRun): string {
  if (state === 'undone' && report === 'none' && counts.rejected > 0) return 'no e-mail: the import was undone first';
  return report === 'failed' && settings !== undefined ? `e-mail to ${settings.failedImportEmail} could not be sent` : REPORT_WORDS[report];
}

function holdMailText({ settings }: ImportRun): string {
  return `the e-mail that asks for approval${settings === undefined ? '' : `, to ${settings.replyToAdminEmail},`} could not be sent`;
}

function restoredFacts({ state }: ImportRun, undone: SeenBeside['undone']): readonly (readonly [string, string])[] {
  if (state !== 'undone' || undone === undefined) return [];
  const rows = undoRows(undone.counts);
  if (rows.length === 0) return [['Restored', 'nothing: it had changed nothing']];
  return rows.map(({ what, words, n }) => [what.endsWith('Left') ? 'Left' : 'Restored', `${words}: ${grouped(n)}`]);
}

/** `event acme-1_finished for the client: not accepted at …; retried for up to a day. hooks.acme.example: answered 500.` */
function webhookText({ id, receiver, state, at, why }: NotTaken, print: Printer): string {
  const whose = receiver === 'client' ? 'the client' : 'the receiver of the installation';
  const how = state === 'pending' ? `not accepted at ${print.time(at)}; retried for up to a day` : `given up at ${print.time(at)}`;
  return withWhy(`event ${id} for ${whose}: ${how}`, why ?? undefined);
}

function withWhy(what: string, why: string | undefined): string {
  return why === undefined ? what : `${what}. ${why}`;
}

const STEP_WORDS: Readonly<Record<string, string>> = {
  [RESENT_MAILS.report.step]: 'the e-mail to the client',
  [RESENT_MAILS.hold.step]: 'the e-mail that asks for approval',
  [RESENT_MAILS.undo.step]: 'the e-mail about the undo',
};

/** `the e-mail to the client, tried 4 times: … Next try at 2026-11-20 14:03:07` */
function troubleText({ step, tries, why, nextTryAt }: StepTrouble, print: Printer): string {
  const often = tries === 1 ? 'tried once' : `tried ${grouped(tries)} times`;
  const next = nextTryAt === null ? 'It is being tried again now' : `Next try at ${print.time(nextTryAt)}`;
  return `${STEP_WORDS[step] ?? `step ${step}`}, ${often}: ${why} ${next}`;
}

/** What to type next; nothing when all is well. */
function nextText(
  run: ImportRun,
  seen: Pick<SeenBeside, 'stopped' | 'undone' | 'mailFailures'> & { readonly troubles: readonly StepTrouble[] },
): string | undefined {
  const { stopped = false, undone, troubles, mailFailures = {} } = seen;
  const id = run.importId;
  const state = shownState(run);
  if (stopped) return `Continue where it stopped:\n${retryOrUndo(run)}`;
  if (troubles.some(({ step }) => step in STEP_WORDS && step !== RESENT_MAILS.hold.step)) return mailNext(id, troubles);
  if (troubles.length > 0 && state !== 'held')
    return `It continues by itself once the problem is fixed. Find out more with:\nimports doctor`;
  if (undone?.failure != null) return `Continue the undo:\nimports undo ${id} --reason "…"`;
  if (isBeingUndone(run, undone)) return `Follow the undo with: imports undo ${id} --reason "…"`;
  if (state === 'failed') return `Once the problem is fixed, continue where it stopped:\n${retryOrUndo(run)}`;
  if (state === 'cancelled') return `Continue where it stopped:\n${retryOrUndo(run)}`;
  if (state === 'held') {
    const decide = `It waits for approval:\n${decisionCommands(id)}`;
    return mailFailures.hold === undefined ? decide : `${decide}\n${sendAgain(run, ['hold'])}`;
  }
  if (state === 'undone' && (undone?.report === 'failed' || run.report === 'failed')) {
    return sendAgain(run, [
      ...(run.report === 'failed' ? (['report'] as const) : []),
      ...(undone?.report === 'failed' ? (['undo'] as const) : []),
    ]);
  }
  if (state === 'undone')
    return undone !== undefined && countLeft(undone.counts) > 0 ? `See which users it left alone: imports undo ${id}` : undefined;
  if (state !== 'finished') return `Follow it with: imports watch ${id}`;
  if (run.report === 'failed') return sendAgain(run, ['report']);
  if (run.outcome === 'declined') return 'No user was changed. The client was told.';
  if (run.outcome === 'refused') return 'No user was changed. The client was told to correct the file and upload it again.';
  if (run.counts.rejected > 0) return `The failed records and their reasons: imports rejected ${id}`;
  return undefined;
}

/** The address is set first: an e-mail that is sent again goes to the one that the settings name then. */
function sendAgain({ importId, clientId }: ImportRun, kinds: readonly ResentKind[]): string {
  const lines = kinds.flatMap((kind) => [
    `imports client set ${clientId} ${RESENT_MAILS[kind].to}=ADDRESS`,
    `imports resend-report ${importId}${kind === 'undo' ? ' --undo' : ''}`,
  ]);
  return `If the address is wrong, correct it; then send ${kinds.length === 1 ? 'the e-mail' : 'each e-mail'} again:\n${lines.join('\n')}`;
}

/** Nobody can hurry a mail server; a day later the e-mail is given up. */
function mailNext(id: string, troubles: readonly StepTrouble[]): string {
  const undo = troubles.some(({ step }) => step === RESENT_MAILS.undo.step) ? ' --undo' : '';
  return `The import itself is done; only the e-mail is waiting. It is retried for a day and goes out once the problem is fixed. After that:\nimports resend-report ${id}${undo}`;
}

function retryOrUndo({ importId: id, held, goAhead }: ImportRun): string {
  const isUnwritten = held !== null && goAhead === null;
  const giveUp = isUnwritten ? 'Or give it up; nothing has been written:' : 'Or give it up and take back what it has written:';
  return `imports retry ${id} --reason "…"\n${giveUp}\nimports undo ${id} --reason "…"`;
}

/** One a line. */
export function decisionCommands(id: string): string {
  return [`approve ${id} --reason "…"`, `approve ${id} --without-archives --reason "…"`, `decline ${id} --reason "…"`]
    .map((command) => `imports ${command}`)
    .join('\n');
}
