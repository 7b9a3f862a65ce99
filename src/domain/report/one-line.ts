// Text that somebody else chose (file names, headers) as one harmless line: no header injection, no terminal codes, no text that
// runs backwards, no kilometre of it. Escaping for HTML or CSV is the renderer's business.

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text on one line, unprintable characters replaced by `�`, cut to `max` characters. */
export function oneLine(text: string, max = 120): string {
  const characters = Array.from(text.normalize('NFC').replace(UNPRINTABLE, '\u{fffd}'));
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('');
}
