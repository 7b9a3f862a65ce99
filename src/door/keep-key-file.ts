// Keys that are made once: the first server that asks makes them, and every server on the directory uses what lies there then.

import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, unlessMissing } from './folder/folder-error';

const DRAFT = /^\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Returns the text of the file; where there is none, writes what `make` returns, unless another server was faster. */
export async function keepKeyFile(path: string, make: () => string | Promise<string>): Promise<string> {
  if ((await stat(path).catch(unlessMissing)) === undefined) await writeOnce(path, await make());
  await removeDrafts(path);
  return readFile(path, 'utf8');
}

async function writeOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    // Another server was faster, and may have removed our draft already.
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOENT') throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

/** Once the key exists, drafts go: a killed server may have left one, with a private key in it. */
async function removeDrafts(path: string): Promise<void> {
  const name = basename(path);
  const drafts = (await readdir(dirname(path))).filter((entry) => entry.startsWith(name) && DRAFT.test(entry.slice(name.length)));
  for (const draft of drafts) await rm(join(dirname(path), draft), { force: true });
}
