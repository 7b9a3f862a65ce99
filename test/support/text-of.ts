// Everything in a history or a description of a workflow as readable text: payloads, which are bytes inside of it, are decoded.

export function textOf(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    // Messages of the protocol turn themselves into JSON first, with their bytes in base64; others still hold the bytes.
    if (key === 'data' && typeof part === 'string') return Buffer.from(part, 'base64').toString('utf8');
    if (part instanceof Uint8Array) return Buffer.from(part).toString('utf8');
    const buffer = part as { readonly type?: string; readonly data?: unknown } | null;
    return buffer !== null && typeof buffer === 'object' && buffer.type === 'Buffer' && Array.isArray(buffer.data)
      ? Buffer.from(buffer.data as number[]).toString('utf8')
      : part;
  });
}
