// Keys that are made once: whoever asks first makes them, and everybody uses what lies there then.

import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { errnoOf } from './folder/folder-error';

/** Writes the text unless another server on the same directory was faster. Returns what lies there, whole. */
export async function keepKeyFile(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}
