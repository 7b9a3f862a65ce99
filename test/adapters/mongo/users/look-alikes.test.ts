// Bytes read as look-alikes against the driver's own reader, which has the last word.

import * as fc from 'fast-check';
import { mongo } from 'mongoose';
import { LookAlikes } from '../../../../src/adapters/mongo/users/look-alikes';

const { BSON } = mongo;

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', 'é\u0080\u0080', '退'),
);
const simple = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.array(text, { maxLength: 2 }),
  fc.constantFrom<unknown>(new BSON.ObjectId(), new BSON.Decimal128('1.5'), new BSON.Binary(Buffer.from('x'))),
);
/** Few names, so that documents are alike in part. */
const name = fc.constantFrom('_id', 'email', 'city', 'imported', 'line', 'naïve', '$ref', 'toString', 'a');
const document = fc.dictionary(name, fc.oneof({ depthSize: 'small', maxDepth: 2 }, simple, fc.dictionary(name, simple, { maxKeys: 4 })), {
  maxKeys: 6,
});

test('whatever the documents hold, in whatever order, they are read as the driver reads them', () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 6 }), (documents) => {
      const reader = new LookAlikes();
      for (const bytes of documents.map((one) => BSON.serialize(one))) expect(reader.read(bytes)).toStrictEqual(BSON.deserialize(bytes));
    }),
    { numRuns: 300 },
  );
});

test('what a document holds beside expected values is told only of one that holds them all', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(document, fc.constantFrom('city', 'line', 'email')), { maxLength: 6 }), document, (documents, others) => {
      const reader = new LookAlikes();
      for (const [fields, known] of documents) {
        const bytes = BSON.serialize({ _id: 'acme/1', ...fields });
        const stored = BSON.deserialize(bytes);
        const own = known in stored ? { [known]: stored[known] as unknown } : {};
        for (const expected of [own, others, { ...own, ...others }]) {
          const beside = reader.readBeside(bytes, () => expected);
          if (beside !== undefined) expect({ ...beside, ...expected }).toEqual(stored);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('values that are as expected are left out; one that only looks so in bytes is not as expected', () => {
  const beside = (stored: object, expected: Readonly<Record<string, unknown>>) =>
    new LookAlikes().readBeside(BSON.serialize({ _id: 'acme/1', ...stored, rev: 1 }), (id) => (id === 'acme/1' ? expected : {}));
  expect(beside({ city: 'Ottawa', userTypeId: 3 }, { city: 'Ottawa', userTypeId: 3 })).toEqual({ _id: 'acme/1', rev: 1 });
  expect(beside({ city: 'Ottawa', street: '1 Main St' }, { city: 'Ottawa' })).toEqual({ _id: 'acme/1', street: '1 Main St', rev: 1 });
  expect(beside({ city: 'Ottawa' }, { city: 'Ottawo' })).toBeUndefined();
  expect(beside({ city: 'Ottawa' }, { city: 'Ottawa', street: '1 Main St' })).toBeUndefined();
  expect(beside({ userTypeId: '3' }, { userTypeId: 3 })).toBeUndefined();
  // Its three bytes in UTF-8 are the three characters of the other.
  expect(beside({ city: '退' }, { city: 'é\u0080\u0080' })).toBeUndefined();
  expect(beside({ city: 'é\u0080\u0080' }, { city: '退' })).toBeUndefined();
});

test('a name that stands twice is left to the driver, whatever was read before', () => {
  const once = (fields: object) => BSON.serialize(fields).subarray(4, -1);
  const parts = [once({ _id: '1' }), once({ email: 'a@x' }), once({ email: 'a@x' })];
  const bytes = Buffer.concat([Buffer.alloc(4), ...parts, Buffer.alloc(1)]);
  bytes.writeInt32LE(bytes.length);
  const reader = new LookAlikes();
  for (const before of [{}, { _id: '1', city: 'Ottawa', email: 'a@x' }, { _id: '1', email: 'a@x', city: 'Ottawa' }]) {
    reader.read(BSON.serialize(before));
    expect(reader.readBeside(bytes, () => ({ email: 'a@x', city: 'Ottawa' }))).toBeUndefined();
    expect(reader.read(bytes)).toStrictEqual(BSON.deserialize(bytes));
  }
});

test('a name that would change the prototype is left to the driver', () => {
  const bytes = BSON.serialize(JSON.parse('{"_id": "1", "__proto__": {"polluted": true}}') as object);
  const read = new LookAlikes().read(bytes);
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  expect(read).toStrictEqual(BSON.deserialize(bytes));
});

test('bytes that are no text are refused, as by the driver', () => {
  const bytes = BSON.serialize({ _id: '1', city: 'Ottawa' });
  bytes[bytes.length - 3] = 0xff;
  expect(() => BSON.deserialize(bytes)).toThrow('UTF-8');
  expect(() => new LookAlikes().read(bytes)).toThrow('UTF-8');
});
