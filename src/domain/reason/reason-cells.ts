// The reasons of a rejected record as three cells of a CSV file: codes, columns and sentences, in the same order.

import { headerInFile, type FileHeaders } from '../file/header-in-file';
import type { Reason } from './reasons';

/** `file` has the headers that the reasons refer to. */
export function reasonCells(reasons: readonly Reason[], file: FileHeaders): readonly [code: string, field: string, reason: string] {
  return [
    joined(reasons.map(({ code }) => code)),
    joined(reasons.map(({ field }) => (field === null ? '' : headerInFile(file, field)))),
    joined(reasons.map(({ message }) => message)),
  ];
}

const joined = (texts: readonly string[]) => texts.join(' | ');
