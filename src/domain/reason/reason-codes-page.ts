// docs/reason-codes.md, written from the two catalogues: what each code means for support, and what the client does about it.

import { REASONS, type CatalogueEntry } from './reasons';
import { REFUSALS } from './refusals';

/** The whole page as Markdown. */
export function reasonCodesPage(): string {
  return `# Reason codes

Why a record was rejected or a file was refused, as the e-mail, the failed-records file, the receipt and \`imports show\` name it.
Numbers are those of the original API; names are ours. A code is never renamed and never used again for something else.
A rejected record carries all its reasons, a refused file changes no user.

This page is written from the catalogues in \`src/domain/reason/reasons.ts\` and \`src/domain/reason/refusals.ts\`: change them, then run
\`WRITE_DOCS=1 npx jest test/domain/reason/reason-codes-page.test.ts\`.

## Rejected records

The rest of the file is imported. Correct the failed-records file and upload it: it holds only what failed.

${table(REASONS)}

## Refused files

Nothing is imported. Correct the file and upload it again.

${table(REFUSALS)}
`;
}

function table(catalogue: Readonly<Record<string, CatalogueEntry>>): string {
  // Codes that are numbers come first by themselves: that is the order of an object's keys.
  const rows = Object.entries(catalogue).map(([code, { title, meaning, fix }]) => `| \`${code}\` | ${title} | ${meaning} | ${fix} |`);
  return ['| code | title | when | what the client does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
