// Encrypts what goes into Temporal: inputs, results, signals, memos and summaries of workflows. The first key encrypts, every key decrypts,
// and what was stored in the clear before there was a key is still read. The form is that of Temporal's own samples.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { PayloadKey } from '../../config/settings';
import { misconfigured } from '../../errors';

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const text = new TextEncoder();
const { Payload: Message } = temporal.api.common.v1;

export class EncryptingCodec implements PayloadCodec {
  readonly #keys: readonly PayloadKey[];

  /** Without a key it encrypts nothing, and says so of what it cannot read. */
  constructor(keys: readonly PayloadKey[]) {
    this.#keys = keys;
  }

  /** Of the key that encrypts; null without one. */
  get keyId(): string | null {
    return this.#keys[0]?.id ?? null;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [key] = this.#keys;
    return key === undefined ? payloads : payloads.map((payload) => encryptPayload(payload, key));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => decryptPayload(payload, this.#keys));
  }
}

function encryptPayload(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([nonce, cipher.update(Message.encode(payload).finish()), cipher.final(), cipher.getAuthTag()]);
  return {
    metadata: {
      encoding: text.encode(ENCODING),
      'encryption-cipher': text.encode('AES-256-GCM'),
      'encryption-key-id': text.encode(id),
    },
    data: sealed,
  };
}

/** Throws CONFIG, naming the key that is missing. What is not encrypted comes back as it is. */
export function decryptPayload(payload: Payload, keys: readonly PayloadKey[]): Payload {
  if (wordOf(payload, 'encoding') !== ENCODING || payload.data == null) return payload;
  const id = wordOf(payload, 'encryption-key-id');
  const known = keys.find((key) => key.id === id);
  if (known === undefined)
    throw misconfigured(
      `What Temporal keeps was encrypted with the key "${printable(id)}", which IMPORTS_PAYLOAD_KEY does not hold. ${keys.length === 0 ? 'Set it to that key' : 'Add that key behind the first one'}, and restart.`,
    );
  const sealed = payload.data;
  const opener = createDecipheriv(CIPHER, known.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  try {
    opener.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const opened = Buffer.concat([opener.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), opener.final()]);
    // Without the class of the message, which a converter would stumble over.
    const { metadata, data } = Message.decode(opened);
    return { metadata, data };
  } catch (cause) {
    throw misconfigured(
      `What Temporal keeps cannot be read with the key "${printable(id)}" of IMPORTS_PAYLOAD_KEY: it is another key of that name, or the data was changed.`,
      { cause },
    );
  }
}

function wordOf({ metadata }: Payload, name: string): string {
  return Buffer.from(metadata?.[name] ?? []).toString('utf8');
}

/** It comes from the server. */
function printable(id: string): string {
  return id.replace(/[^\w.-]/g, '�').slice(0, 40);
}
