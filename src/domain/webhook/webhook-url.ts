// The URL of a receiver, as it is typed. It is stored, shown and put on record, so it may not hold a user name and password.

const LONGEST = 1_000;

/** The text itself; undefined when nothing could be sent there. Whether http is allowed is a setting of the installation. */
export function parseWebhookUrl(text: string): string | undefined {
  if (text.length > LONGEST || !URL.canParse(text)) return undefined;
  const { protocol, username, password, hash } = new URL(text);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' && hash === '' && !/[\s\p{Cc}\p{Cf}]/u.test(text) ? text : undefined;
}
