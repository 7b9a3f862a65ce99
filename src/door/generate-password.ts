// A password that nobody has to think up: 120 bits, in letters and digits that are hard to confuse.

import { randomInt } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 24;

export function generatePassword(): string {
  return Array.from({ length: LENGTH }, () => BASE32.charAt(randomInt(BASE32.length))).join('');
}
