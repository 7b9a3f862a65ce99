// How long the certificate that FTPS shows to clients is good for. Read from its file: asking the server would look like a peer that
// cannot log in.

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ill, well, type Finding } from './finding';

const SOON_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/** `where` is what listens; undefined file = not known here. */
export async function checkFtpsCertificate(where: string, file: string | undefined, now: Date): Promise<Finding> {
  if (file === undefined) return well(where);
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined)
    return ill(`${where}, certificate ${file} cannot be read`, 'Correct IMPORTS_FTPS_CERT or the permissions of the file');
  const expires = new Date(new X509Certificate(text).validTo);
  const until = expires.toISOString().slice(0, 10);
  const days = Math.floor((expires.getTime() - now.getTime()) / DAY_MS);
  if (days >= SOON_DAYS) return well(`${where}, certificate until ${until}`);
  return ill(`${where}, certificate ${days < 0 ? 'expired on' : 'expires on'} ${until}`, `Renew ${file}; it is read again by itself`);
}
