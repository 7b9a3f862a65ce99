// Passwords of accounts: argon2id with the parameters of the OWASP cheat sheet, in PHC string format.

import { hash, verify } from '@node-rs/argon2';

// Algorithm 2 is argon2id; the package's const enum cannot be used with isolated modules.
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
// Nobody types more, and hashing a megabyte is work an attacker would like us to do.
const MAX_BYTES = 1024;

export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/** False for a wrong password, an overlong one, and a hash that is none. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > MAX_BYTES) return false;
  return verify(passwordHash, password).catch(() => false);
}

/** Whether the hash was made with other parameters than a new one would be. */
export function isOutdated(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
}
