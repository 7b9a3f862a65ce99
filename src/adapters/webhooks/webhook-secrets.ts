// Secrets that sign webhooks. Each client has one of its own, derived from that of the installation, so that the receiver of one client
// cannot forge the events of another.

import { createHmac } from 'node:crypto';
import type { ClientId } from '../../domain/ids';

/** null = the installation itself. */
export function webhookKeyOf(installation: Buffer, clientId: ClientId | null): Buffer {
  return clientId === null ? installation : createHmac('sha256', installation).update(`webhook/${clientId}`).digest();
}

/** As receivers are given it, and as the libraries of Standard Webhooks read it. */
export function secretText(key: Buffer): string {
  return `whsec_${key.toString('base64')}`;
}
