// How e-mails, reasons and the Temporal UI write numbers, times and text that somebody else chose.

/** `1,234,567` */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** `21 November 2026, 02:03:04 UTC` */
export function utc(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 19)} UTC`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Text that somebody else chose (file names, headers) on one short, harmless line, unprintable characters replaced by `�`: no header injection, no
 * terminal codes, no reversed text. Escaping for HTML or CSV is up to the renderer.
 */
export function oneLine(text: string, max = 120): string {
  const characters = Array.from(text.normalize('NFC').replace(UNPRINTABLE, '\u{fffd}'));
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('');
}
