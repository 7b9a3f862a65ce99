// A data directory of its own for each test of the file store, and what a client or another process does in it.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../../src/adapters/files/file-store';
import { importIdOf, parseClientId } from '../../../src/domain/ids';
import { PROFILES } from '../../../src/domain/client/profiles';

export const clientId = parseClientId('acme')!;
export const importId = importIdOf(clientId, 1);
export const at = new Date('2026-11-21T02:03:04.567Z');

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export async function openStore() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'file-store-'));
  folders.push(dataDir);
  const store = createFileStore(dataDir);
  await store.prepareClient(clientId, PROFILES.opscom.layout);
  const root = path.join(dataDir, 'clients', clientId);
  const bak = path.join(root, '.bak');
  const drop = async (name: string, content = name) => {
    await writeFile(path.join(root, name), content);
    return { name, inode: String((await stat(path.join(root, name), { bigint: true })).ino) };
  };
  return {
    store,
    dataDir,
    root,
    bak,
    drop,
    /** Drops and claims the file. */
    claimed: async (name: string, content = name, id = importId) => {
      const file = await drop(name, content);
      if ((await store.claim(clientId, id, file)) !== 'claimed') throw new Error('not claimed');
      return id;
    },
    inBak: async (name: string, content = name) => {
      await mkdir(bak, { recursive: true });
      await writeFile(path.join(bak, name), content);
    },
    backups: async (): Promise<Record<string, string>> => contentsOf(bak),
    contents: async (): Promise<Record<string, string>> => contentsOf(root),
  };
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) found[entry.name] = await readFile(path.join(folder, entry.name), 'utf8');
  }
  return found;
}

/** Some time after everything that was written so far. */
export function later(ms: number): Date {
  return new Date(Date.now() + ms);
}

/** What `touch -d` and an upload that keeps the file's time do. */
export async function backdate(file: string): Promise<void> {
  const longAgo = new Date('2001-01-01T00:00:00Z');
  await utimes(file, longAgo, longAgo);
}
