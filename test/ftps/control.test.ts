// The control connection's lines, as pure functions.

import { array, assert, constantFrom, date, nat, oneof, pre, property, string, uint8Array } from 'fast-check';
import { LineSplitter, MAX_LINE_BYTES, type Line, parseCommand, encodeReply, quotePath, reply } from '../../src/ftps/control/command';
import { readTime, timeText } from '../../src/ftps/listing';

function linesOf(bytes: Buffer, cuts: readonly number[] = []): Line[] {
  const splitter = new LineSplitter();
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  return ends.flatMap((end, index) => splitter.push(bytes.subarray(ends[index - 1] ?? 0, end)));
}

it('reads the same lines wherever the network cuts the bytes', () => {
  const anything = uint8Array({ maxLength: 200 });
  const lively = array(constantFrom(0x0a, 0x0d, 0x41, 0xff, 0xf4, 0xc3, 0xa9, 0x00), { maxLength: 200 }).map((all) => Uint8Array.from(all));
  assert(
    property(oneof(anything, lively), array(nat()), (bytes, cuts) => {
      expect(linesOf(Buffer.from(bytes), cuts)).toEqual(linesOf(Buffer.from(bytes)));
    }),
  );
});

it('reads back every name that has no control character', () => {
  assert(
    property(string({ unit: 'grapheme' }), (name) => {
      // oxlint-disable-next-line no-control-regex
      pre(!/[\u0000-\u001f\u007f-\u009f]/.test(name) && Buffer.from(name).toString() === name);
      expect(linesOf(Buffer.from(`STOR ${name}\r\n`))).toEqual([{ kind: 'text', text: `STOR ${name}` }]);
      expect(parseCommand(`STOR ${name}`)).toEqual({ verb: 'STOR', argument: name });
    }),
  );
});

it.each<[string, Line['kind'], Buffer]>([
  ['no UTF-8', 'unreadable', Buffer.from([0x53, 0x54, 0xc3, 0x0d, 0x0a])],
  ['a carriage return within', 'unreadable', Buffer.from('NOOP\rDELE users.csv\r\n')],
  ['two carriage returns', 'unreadable', Buffer.from('NOOP\r\r\n')],
  ['a zero byte', 'unreadable', Buffer.from('STOR a\0.csv\r\n')],
  ['the second half of a control set', 'unreadable', Buffer.from('STOR a\u0085b\r\n')],
  ['telnet in the middle', 'unreadable', Buffer.from([0x41, 0xff, 0xf4, 0x0a])],
  ['one byte too many', 'too-long', Buffer.from(`${'a'.repeat(MAX_LINE_BYTES + 1)}\n`)],
  ['as many bytes as there may be', 'text', Buffer.from(`${'a'.repeat(MAX_LINE_BYTES)}\n`)],
])('reads a line with %s as %s', (_what, kind, bytes) => {
  expect(linesOf(Buffer.concat([bytes, Buffer.from('NOOP\r\n')]))).toMatchObject([{ kind }, { kind: 'text', text: 'NOOP' }]);
});

it('takes off what telnet puts before an ABOR', () => {
  expect(linesOf(Buffer.from([0xff, 0xf4, 0xff, 0xf2, ...Buffer.from('ABOR\r\n')]))).toEqual([{ kind: 'text', text: 'ABOR' }]);
});

it.each(['', ' ', 'A', 'STORE a', '12 3', 'STOR\ta'])('does not take %j for a command', (line) => {
  expect(parseCommand(line)).toBeUndefined();
});

it('keeps the spaces of a name, and writes verbs alike', () => {
  expect(parseCommand('stor  a b ')).toEqual({ verb: 'STOR', argument: ' a b ' });
});

it('never lets a line within a reply look like its end', () => {
  assert(
    property(array(constantFrom('211 End', '211-More', 'SIZE', ''), { minLength: 2, maxLength: 5 }), (lines) => {
      const [first = '', ...more] = lines;
      const encoded = encodeReply(reply(211, first, ...more)).split('\r\n');
      expect(encoded.filter((line) => line.startsWith('211 '))).toEqual([`211 ${lines.at(-1)}`]);
    }),
  );
});

it('doubles the quotes of a path', () => {
  expect(quotePath('/a "b".csv')).toBe('"/a ""b"".csv"');
});

it('reads the times it writes, and no others', () => {
  const seconds = date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
  assert(property(seconds, (at) => expect(readTime(timeText(at))?.getTime()).toBe(Math.floor(at.getTime() / 1000) * 1000)));
  for (const wrong of ['', '20260230000000', '2026', '20261301000000', 'x0260101000000', '202601010000001'])
    expect(readTime(wrong)).toBeUndefined();
  expect(readTime('20260102030405.678')).toEqual(new Date('2026-01-02T03:04:05Z'));
});
