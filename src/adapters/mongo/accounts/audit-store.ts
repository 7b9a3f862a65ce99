// What operators changed, as a chain: each entry is kept as the very text that its hash was made of, and holds the hash of the entry before.
// An entry that is changed, removed or put in breaks the chain. Nothing here updates or removes.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditStore } from '../../../ports';
import type { Act, AuditEntry, Operator } from '../../../domain/audit';
import type { AuditDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import type { Models } from '../models';

/** Each try loses against another operator's command that was a moment faster. */
const MOST_TRIES = 100;

export function createAuditStore({ audit }: Pick<Models, 'audit'>): AuditStore {
  const inOrder = (query: object) => audit.find(query).sort({ _id: 1 }).lean<AuditDocument>().cursor() as AsyncIterable<AuditDocument>;
  return {
    async append(act, by, at) {
      for (let tries = 1; ; tries++) {
        const last = await audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
        const document = link(act, by, at, last ?? undefined);
        try {
          await audit.create(document);
          return toEntry(document);
        } catch (error) {
          if (!isDuplicateKey(error) || tries === MOST_TRIES) throw error;
        }
        await sleep(Math.random() * 20);
      }
    },
    async *entries({ clientId, since }) {
      const query = { ...(clientId === undefined ? {} : { clientId }), ...(since === undefined ? {} : { at: { $gte: since } }) };
      for await (const document of inOrder(query)) yield toEntry(document);
    },
    async verify() {
      let entries = 0;
      let head = '';
      for await (const document of inOrder({})) {
        const why = faultOf(document, entries + 1, head);
        if (why !== undefined) return { entries, head, broken: { seq: document._id, why } };
        entries += 1;
        head = document.hash;
      }
      return { entries, head, broken: null };
    },
  };
}

function link(act: Act, by: Operator, at: Date, last: AuditDocument | undefined): AuditDocument {
  const seq = (last?._id ?? 0) + 1;
  const text = canonical({ ...act, by, at, seq, previousHash: last?.hash ?? '' });
  return { _id: seq, clientId: act.clientId, at, text, hash: hashOf(text) };
}

function faultOf({ _id, clientId, at, text, hash }: AuditDocument, seq: number, previousHash: string): string | undefined {
  if (_id !== seq) return `entry ${seq} is missing`;
  if (hashOf(text) !== hash) return 'it was changed';
  const entry = JSON.parse(text) as AuditEntry;
  if (entry.previousHash !== previousHash) return 'it does not follow the entry before it';
  const isConsistent = entry.seq === seq && entry.clientId === clientId && String(entry.at) === at.toISOString();
  return isConsistent ? undefined : 'its number, client or time was changed';
}

function toEntry({ text, hash }: AuditDocument): AuditEntry {
  const entry = JSON.parse(text) as Omit<AuditEntry, 'at' | 'hash'> & { readonly at: string };
  return { ...entry, at: new Date(entry.at), hash };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with the keys of every object in order, so that the same entry is the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
