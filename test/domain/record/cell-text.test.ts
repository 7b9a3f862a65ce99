import * as fc from 'fast-check';
import { CONTROL, isLongerThan, LINE_BREAK, NON_ASCII, scanText, SIGN, toNfc } from '../../../src/domain/record/cell-text';

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('&', '?', '\n', '\r', '\t', '\u0000', '\u007f', '\u0085', '\u009f', '\u00a0', 'e\u0301', '😀', 'a'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('a scan finds line breaks, other control characters and text beyond ASCII, as Unicode has them', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const kinds = scanText(text);
      expect((kinds & LINE_BREAK) !== 0).toBe(/[\r\n]/.test(text));
      expect((kinds & CONTROL) !== 0).toBe(/[^\P{Cc}\r\n]/u.test(text));
      expect((kinds & SIGN) !== 0).toBe(/[&%\\=<?_]/.test(text));
      expect((kinds & NON_ASCII) !== 0).toBe(/[^\0-\x7f]/.test(text));
    }),
  );
});

test('normal form C is that of the platform', () => {
  fc.assert(fc.property(anyText, (text) => expect(toNfc(text)).toBe(text.normalize('NFC'))));
});

test('length is counted in code points', () => {
  fc.assert(fc.property(anyText, fc.nat(20), (text, max) => expect(isLongerThan(text, max)).toBe([...text].length > max)));
});
