// Public keys from the files that people have: `id_ed25519.pub`, or several lines of an authorized_keys file.

import { readFile } from 'node:fs/promises';
import { ImportsError } from '../../errors';
import type { PublicKey } from '../../domain/client/access';
import type { CliDeps } from '../deps';

export async function readPublicKeys(files: readonly string[], { parsePublicKey }: Pick<CliDeps, 'parsePublicKey'>): Promise<PublicKey[]> {
  const keys = (await Promise.all(files.map((file) => readKeyFile(file, parsePublicKey)))).flat();
  return keys.filter((key, i) => keys.findIndex((other) => other.fingerprint === key.fingerprint) === i);
}

async function readKeyFile(file: string, parse: CliDeps['parsePublicKey']): Promise<PublicKey[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ImportsError('WRONG_USE', `The public key file ${file} cannot be read. Check its name, e.g. ~/.ssh/id_ed25519.pub`, {
      cause: error,
    });
  });
  if (text.includes('PRIVATE KEY-----') || text.startsWith('PuTTY-User-Key-File')) {
    throw new ImportsError(
      'WRONG_USE',
      `${file} is a private key: it must never leave its owner, who should make a new pair now. Ask for the file that ends in .pub`,
    );
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new ImportsError('WRONG_USE', `${file} holds no public key. A line of one starts with e.g. ssh-ed25519`);
  const parseLine = async (line: string, i: number): Promise<PublicKey> => {
    try {
      return await parse(line);
    } catch (error) {
      if (!(error instanceof ImportsError)) throw error;
      throw new ImportsError(error.code, `Line ${i + 1} of ${file}: ${error.message}`, { cause: error });
    }
  };
  return Promise.all(lines.map(parseLine));
}
