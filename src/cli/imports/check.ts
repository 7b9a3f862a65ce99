// `imports check`: what an import of this file would do if it were dropped now. Reads the database, writes only the failed
// records where they are asked for.

import path from 'node:path';
import type { Command } from 'commander';
import type { CheckedFile } from '../../domain/file/checked-file';
import { shareOf, wouldDo } from '../../domain/decide/hold-rule';
import { grouped } from '../../domain/report/wording';
import { notNow, wrongUse } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { Printer } from '../text/print';
import { requireClient } from '../clients/require-client';
import type { Client } from '../../domain/client';
import { countsText, reasonsText, refusalText } from '../show/describe-import';
import { rejectedItem, rejectedTable } from './rejected';

export function addCheckCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'check <client> <file>',
    summary: 'what an import of this file would do now; nothing is written',
    details:
      'The same checks and decisions as an import, against the present users. Exit code 0 if the file would be imported without a failed record, even if it would be held first; otherwise 1.',
    examples: ['imports check acme users.csv', 'imports check acme users.csv --out failed.csv'],
  })
    .option('-o, --out <file>', 'write the failed records there, as the e-mail would have them')
    .action(async (id: string, file: string, { out }: { out?: string }) => {
      if (out !== undefined && path.resolve(out) === path.resolve(file)) {
        throw wrongUse('--out names the file that is checked; choose another file for the failed records');
      }
      const client = await requireClient(await deps.open(), id);
      const checked = await deps.checkFile({ client, path: file, failedRecordsPath: out ?? null });
      const written = out !== undefined && checked.counts.rejected > 0 ? out : null;
      await print.show(checkedItem(client.clientId, file, checked, written), () =>
        describeChecked(client, file, checked, { written, print }),
      );
      refuseFailures(checked, written);
    });
}

function checkedItem(
  clientId: string,
  file: string,
  { numbers, wouldBeHeld, firstRejected, ...checked }: CheckedFile,
  written: string | null,
) {
  const { archives, permits, activeUsers, emailChanges, userNameChanges } = numbers;
  return {
    clientId,
    file,
    ...checked,
    emailChanges,
    userNameChanges,
    wouldBeHeld,
    held: wouldBeHeld ? { archives, permits, activeUsers, share: shareOf(archives, activeUsers) } : null,
    rejected: firstRejected.map(rejectedItem),
    failedRecordsFile: written,
  };
}

function refuseFailures({ refusal, counts }: CheckedFile, written: string | null): void {
  if (refusal !== null) {
    throw notNow(`The file would be refused: ${refusal.code}.\nWhat it means and how to correct it: docs/reason-codes.md`);
  }
  if (counts.rejected > 0) {
    const rejected = `${grouped(counts.rejected)} of ${grouped(counts.records)} records would be rejected.`;
    const next =
      written === null
        ? 'Write them to a file, each with its reasons, with: --out failed.csv'
        : `Correct them in ${written}, which can be uploaded as it is`;
    throw notNow(`${rejected}\n${next}`);
  }
}

function describeChecked(
  { clientId, settings }: Client,
  file: string,
  checked: CheckedFile,
  { written, print }: { readonly written: string | null; readonly print: Printer },
): string {
  const { refusal, counts, numbers, ignoredHeaders } = checked;
  const facts = print.facts([
    ['Client', clientId],
    ['File', `${file}, ${print.bytes(checked.bytes)}`],
    ['Result', resultOf(checked)],
    ['Refused', refusal === null ? undefined : refusalText(refusal)],
    ['Records', refusal === null ? countsText(counts) : undefined],
    ['Changes', refusal === null ? changesText(numbers) : undefined],
    ['Skipped', ignoredHeaders.length === 0 ? undefined : `columns ${ignoredHeaders.join(', ')}`],
    ['Held', checked.wouldBeHeld ? heldText(checked) : undefined],
    ['Archives', counts.inactiveIgnored === 0 || settings.archiveOnInactive ? undefined : 'none: archiveOnInactive is off for this client'],
  ]);
  const next = written === null ? undefined : `The failed records were written to ${written}`;
  return [facts, reasonsText(checked, checked, print), rejectedText(checked, print), next]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function resultOf({ refusal, counts, wouldBeHeld }: CheckedFile): string {
  if (refusal !== null) return 'would be refused; no user would be changed';
  const failures = counts.rejected > 0 ? ' with failures' : ' without failures';
  return `would be imported${failures}${wouldBeHeld ? ', once somebody has approved it' : ''}`;
}

/** `e-mails 3, user names 1`; nothing where nothing changes. */
function changesText({ emailChanges, userNameChanges }: CheckedFile['numbers']): string | undefined {
  const changes = Object.entries({ 'e-mails': emailChanges, 'user names': userNameChanges }).filter(([, n]) => n > 0);
  return changes.length === 0 ? undefined : changes.map(([what, n]) => `${what} ${grouped(n)}`).join(', ');
}

/** E-mails and user names have a line of their own. */
function heldText({ numbers }: CheckedFile): string {
  return `it would ${wouldDo({ ...numbers, emailChanges: 0, userNameChanges: 0 })}`;
}

function rejectedText(checked: CheckedFile, print: Printer): string | undefined {
  const { firstRejected, counts } = checked;
  if (firstRejected.length === 0) return undefined;
  const table = rejectedTable(firstRejected, checked, print);
  const more = counts.rejected - firstRejected.length;
  return more === 0 ? table : `${table}\nand ${grouped(more)} more`;
}
