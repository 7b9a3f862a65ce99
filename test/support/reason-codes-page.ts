// Writes docs/reason-codes.md from the two catalogues: what each code means, and what the client does about it.

import { REASONS, type CatalogueEntry } from '../../src/domain/reason/reasons';
import { REFUSALS } from '../../src/domain/reason/refusals';

/** The whole page as Markdown. */
export function reasonCodesPage(): string {
  return `# Reason codes

Why a record was rejected or a file was refused. The e-mail, the failed-records file, the receipt and \`imports show\` use these codes.
Numbers are those of the original API; names are ours. A code is never renamed or reused. A rejected record lists all its reasons.
A refused file changes no user.

Column names are those of parking clients; the sentences that a client reads use the names in its own file.

This page is generated from the catalogues in \`src/domain/reason/reasons.ts\` and \`src/domain/reason/refusals.ts\`: change them, then run
\`WRITE_DOCS=1 npx jest test/domain/reason/reason-codes-page.test.ts\`.

## Rejected records

The rest of the file is imported. Correct the failed-records file, which holds only the failed records, and upload it.

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
