// The secrets that sign webhooks, as IMPORTS_WEBHOOK_SECRET names them: `whsec_` and base64, separated by commas, the newest first.

const SHAPE = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
/** What Standard Webhooks asks for. */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** Undefined when the text is not a list of secrets, each once. */
export function parseWebhookSecrets(text: string): readonly Buffer[] | undefined {
  const secrets: Buffer[] = [];
  for (const part of text.split(',')) {
    const secret = Buffer.from(SHAPE.exec(part.trim())?.[1] ?? '', 'base64');
    if (secret.length < FEWEST_BYTES || secret.length > MOST_BYTES || secrets.some((other) => other.equals(secret))) return undefined;
    secrets.push(secret);
  }
  return secrets;
}
