// Lists a directory: its files and directories, and the partials that have no published file of their name yet.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientFolder } from './client-folder';
import { inDirectory } from './directory';
import { entryOf, type NamedEntry } from './entry';
import { unlessMissing } from './folder-error';
import { isReadOnly, showVirtualPath, type VirtualPath } from './virtual-path';

const AT_ONCE = 100;

export async function listEntries(folder: ClientFolder, path: VirtualPath): Promise<readonly NamedEntry[]> {
  const published = await inDirectory(folder.root, path, async (directory) => {
    const names = (await readdir(directory.path)).toSorted();
    const entries: NamedEntry[] = [];
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const look = names.slice(from, from + AT_ONCE).map(async (name) => {
        const stats = await lstat(join(directory.path, name)).catch(unlessMissing);
        const entry = stats && entryOf(stats, isReadOnly(folder.layout, [...path, name]));
        return entry && { ...entry, name };
      });
      entries.push(...(await Promise.all(look)).filter((entry) => entry !== undefined));
    }
    return entries;
  });
  const taken = new Set(published.map((entry) => entry.name));
  const prefix = path.length === 0 ? '/' : `${showVirtualPath(path)}/`;
  const partials: NamedEntry[] = [];
  for (const partial of (await folder.staging.partials()).values()) {
    const name = partial.path.startsWith(prefix) ? partial.path.slice(prefix.length) : '';
    if (name === '' || name.includes('/') || taken.has(name)) continue;
    const { bytes, modifiedAt } = partial;
    partials.push({ kind: 'file', name, bytes, accessedAt: modifiedAt, modifiedAt, readOnly: false });
  }
  return [...published, ...partials];
}
