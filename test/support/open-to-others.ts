// What lies below a directory, itself included, and can be read, written or entered by others than its owner.

import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

export function openToOthers(directory: string): string[] {
  return ['', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })].flatMap((name) => {
    // A database removes files of its own at any time.
    const mode = lstatSync(path.join(directory, name), { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & 0o077) === 0 ? [] : [`${name} ${(mode & 0o777).toString(8)}`];
  });
}
