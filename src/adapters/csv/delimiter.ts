// Which character separates the cells: what Excel's own first line says, the client's setting, or what the header line shows.

import type { FileLayout } from '../../domain/import-run';
import type { ClientSettings } from '../../domain/client';
import { acceptedNames, nameIn } from '../../domain/file/header-names';
import { DELIMITERS } from '../../domain/record/unreadable';

export type Delimiter = FileLayout['delimiter'];

interface Separation {
  readonly delimiter: Delimiter;
  /** The first line is `sep=;`, which Excel writes and hides: it is not the header. */
  readonly hasSepLine: boolean;
}

const SEP_LINE = /^"?sep=([,;\t])"?[ ,;\t]*$/i;

/** Bytes among which the header line is looked for. */
const LOOKED_AT = 64 * 1024;
const QUOTED = /"(?:[^"]|"")*"/g;

export function separationOf(settings: Pick<ClientSettings, 'delimiter' | 'profile' | 'furtherColumns'>, head: Buffer): Separation {
  const text = head.toString('utf8', 0, LOOKED_AT).trimStart();
  const named = SEP_LINE.exec(firstLine(text))?.[1];
  if (named !== undefined) return { delimiter: named as Delimiter, hasSepLine: true };
  return { delimiter: settings.delimiter === 'auto' ? shownBy(text, acceptedNames(settings)) : settings.delimiter, hasSepLine: false };
}

/** A quoted name may hold line breaks. */
function firstLine(text: string): string {
  return /^(?:"(?:[^"]|"")*"|[^\r\n])*/.exec(text)![0];
}

/** The candidate that cuts the header into the most column names; among equals the one it holds most outside quotes, else a comma. */
function shownBy(text: string, names: ReadonlySet<string>): Delimiter {
  const line = firstLine(text);
  const unquoted = line.replaceAll(QUOTED, '');
  const found = (candidate: Delimiter) => line.split(candidate).filter((cell) => names.has(nameIn(cell.replaceAll('"', '')))).length;
  const often = (candidate: Delimiter) => unquoted.split(candidate).length;
  return DELIMITERS.toSorted((a, b) => found(b) - found(a) || often(b) - often(a))[0]!;
}
