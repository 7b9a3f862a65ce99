// The end of a quoted value, wherever the blocks of the file are cut.

import { EndlessQuote, type QuoteEnd } from '../../../src/adapters/csv/endless-quote';

const cases: readonly (readonly [text: string, end: QuoteEnd])[] = [
  ['abc', 'unclosed'],
  ['abc""', 'unclosed'],
  ['abc"', 'closed'],
  ['abc","', 'closed'],
  ['a""b"\nc"x', 'closed'],
  ['""""""\r\n', 'unclosed'],
  ['"""\r\n', 'closed'],
  ['abc"def",', 'unclosed'],
  ['a""b"" "c', 'unclosed'],
];

test.each(cases)('%j is %s', (text, end) => {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const quote = new EndlessQuote(','.charCodeAt(0));
    let found: QuoteEnd | undefined;
    for (let at = 0; at < bytes.length; at += size) found ??= quote.add(bytes.subarray(at, at + size));
    expect(found ?? quote.finish()).toBe(end);
  }
});
