// A dry run as a person reads it: what would happen, what would be held, why records would fail, and what to do next.

import type { CheckedFile } from '../../domain/file/checked-file';
import type { Client } from '../../domain/client';
import { headerInFile } from '../../domain/file/header-in-file';
import { shareOf } from '../../domain/decide/hold-rule';
import { countsText, reasonsText, refusalText } from './describe-import';
import type { Printer } from '../text/print';

export function describeChecked(
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
    ['Records', refusal === null ? countsText(counts, print) : undefined],
    [
      'Changes',
      refusal === null ? `e-mails ${print.number(numbers.emailChanges)}, user names ${print.number(numbers.userNameChanges)}` : undefined,
    ],
    ['Skipped', ignoredHeaders.length === 0 ? undefined : `columns ${ignoredHeaders.join(', ')}`],
    ['Held', checked.wouldBeHeld ? heldText(checked, print) : undefined],
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

function heldText({ numbers: { archives, activeUsers, permits } }: CheckedFile, print: Printer): string {
  const share = `${shareOf(archives, activeUsers)} %`;
  return `it would archive ${print.number(archives)} of ${print.number(activeUsers)} active users (${share}) and release ${print.number(permits)} permits`;
}

function rejectedText(checked: CheckedFile, print: Printer): string | undefined {
  const { firstRejected, counts } = checked;
  if (firstRejected.length === 0) return undefined;
  const table = print.table(
    [{ head: 'LINE', align: 'right' }, { head: 'UNIQUE ID' }, { head: 'REASONS', narrow: 'wrap' }],
    firstRejected.map(({ line, uniqueId, reasons }) => [
      line,
      uniqueId === '' ? '(none)' : uniqueId,
      reasons.map(({ code, field, message }) => `${code}${field === null ? '' : ` ${headerInFile(checked, field)}`}: ${message}`),
    ]),
  );
  const more = counts.rejected - firstRejected.length;
  return more === 0 ? table : `${table}\nand ${print.number(more)} more`;
}
