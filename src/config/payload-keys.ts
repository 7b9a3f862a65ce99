// The keys that encrypt what goes into Temporal, as IMPORTS_PAYLOAD_KEY names them: `id:key`, separated by commas, the newest first.

export interface PayloadKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const SHAPE = /^(?<id>[\w.-]{1,40}):(?<key>[A-Za-z0-9+/]{43}=)$/;

/** Undefined when the text is not a list of keys with different ids. */
export function parsePayloadKeys(text: string): readonly PayloadKey[] | undefined {
  const keys: PayloadKey[] = [];
  for (const part of text.split(',')) {
    const { id, key } = SHAPE.exec(part.trim())?.groups ?? {};
    if (id === undefined || key === undefined || keys.some((other) => other.id === id)) return undefined;
    keys.push({ id, key: Buffer.from(key, 'base64') });
  }
  return keys;
}
