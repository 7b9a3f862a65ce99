// The import that a command names, or a refusal that says how to find the right id.

import { parseImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { notFound, wrongUse } from '../../errors';
import type { Services } from '../deps';
import { escapeText } from '../text/escape-text';

export async function requireImport({ imports }: Pick<Services, 'imports'>, text: string): Promise<ImportRun> {
  const parts = parseImportId(text);
  if (parts === undefined) {
    const meant = parseImportId(text.toLowerCase())?.importId;
    if (meant !== undefined) throw wrongUse(`${escapeText(text)} is not an import id; did you mean ${meant}? See: imports show ${meant}`);
    throw wrongUse(`${escapeText(text)} is not an import id. One is the client id, a hyphen and a number, e.g. acme-42`);
  }
  const run = await imports.find(parts.importId);
  if (run !== undefined) return run;
  throw notFound(`There is no import ${parts.importId}\nSee those of the client with: imports list --client ${parts.clientId}`);
}
