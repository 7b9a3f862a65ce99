// How e-mails, reasons and the Temporal UI write numbers, times and text that somebody else chose.

/** `1,234,567` */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 record`, `1,234 records`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** `21 November 2026, 02:03:04 UTC` */
export function utc(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 19)} UTC`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Text that somebody else chose (file names, headers) on one short, harmless line, unprintable characters replaced by `�`: no header
 * injection, no terminal codes, no reversed text. Escaping for HTML or CSV is up to the renderer.
 */
export function oneLine(text: string, max = 120): string {
  const characters = Array.from(text.normalize('NFC').replace(UNPRINTABLE, '\u{fffd}'));
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('');
}

export const MOST_LINES_NAMED = 10;

/** "line 4", "lines 2, 3, 4 and 17 more". Names up to ten; `total` = how many there are, if `lines` holds only the first. */
export function nameLines(lines: readonly number[], total: number = lines.length): string {
  const named = lines.slice(0, MOST_LINES_NAMED);
  const more = total - named.length;
  const parts = more > 0 ? [...named.map(String), `${more} more`] : named.map(String);
  return `${total === 1 ? 'line' : 'lines'} ${joinWithAnd(parts)}`;
}

/** "a", "a and b", "a, b and c". */
export function joinWithAnd(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
