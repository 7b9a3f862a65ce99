// Reads thousands of BSON documents, each of which looks like the one before: a name or a text that stood at the same place before is used
// again and not made a second time, and values that are expected are only compared. Anything out of the ordinary is left to the driver's own
// reader, so the answer is always the driver's. Every record of every file is compared with such a document.

import { mongo } from 'mongoose';

export type Fields = Record<string, unknown>;

/** What stood at one place of the document before. */
interface Place {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  text: string;
  readonly inner: Place[];
}

const { BSON } = mongo;
const { ByteUtils, NumberUtils } = BSON.onDemand;
const TYPE = { double: 1, text: 2, document: 3, flag: 8, date: 9, null: 10, int: 16 } as const;

export class LookAlikes {
  readonly #places: Place[] = [];

  read(bytes: Uint8Array): Fields {
    const fields: Fields = {};
    return readInto(fields, { bytes, start: 0, places: this.#places }) ? fields : BSON.deserialize(bytes);
  }

  /** What the document holds beside the values that `expectedOf` tells by its `_id`; undefined = it does not hold them all. */
  readBeside(bytes: Uint8Array, expectedOf: (id: string) => Fields | undefined): Fields | undefined {
    const fields: Fields = {};
    return readInto(fields, { bytes, start: 0, places: this.#places, expectedOf }) ? fields : undefined;
  }
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly places: Place[];
  readonly expectedOf?: (id: string) => Fields | undefined;
}

/** False = not for us, or not as expected. */
function readInto(fields: Fields, { bytes, start, places, expectedOf }: Reading): boolean {
  const end = start + intAt(bytes, start) - 1;
  let expected: Fields | undefined;
  let met = 0;
  let at = start + 4;
  for (let n = 0; at < end; n++) {
    const type = bytes[at++]!;
    let place = places[n];
    if (place === undefined || !isNamed(place, bytes, at)) {
      place = placeAt(bytes, at);
      // It would set the prototype; a reference is more than its fields.
      if (place.name === '__proto__' || place.name.startsWith('$')) return false;
      // Those behind it were of documents of another shape. What is left is this document so far, and MongoDB may hold a name twice.
      places.length = n;
      if (places.some(({ name }) => name === place?.name)) return false;
      places[n] = place;
    }
    const { name } = place;
    at += place.nameBytes.length;
    const likely = expected?.[name];
    if (likely !== undefined) {
      const length = lengthOfSame(likely, type, bytes, at);
      if (length === undefined) return false;
      met++;
      at += length;
      continue;
    }
    switch (type) {
      case TYPE.text: {
        const length = intAt(bytes, at) - 1;
        at += 4;
        if (!isText(place.text, bytes, at, length)) place.text = ByteUtils.toUTF8(bytes, at, at + length, true);
        fields[name] = place.text;
        if (name === '_id') expected = expectedOf?.(place.text);
        at += length + 1;
        break;
      }
      case TYPE.int:
        fields[name] = intAt(bytes, at);
        at += 4;
        break;
      case TYPE.document: {
        const inner: Fields = {};
        if (!readInto(inner, { bytes, start: at, places: place.inner })) return false;
        fields[name] = inner;
        at += intAt(bytes, at);
        break;
      }
      case TYPE.date:
        fields[name] = new Date(intAt(bytes, at + 4) * 2 ** 32 + (intAt(bytes, at) >>> 0));
        at += 8;
        break;
      case TYPE.double:
        fields[name] = NumberUtils.getFloat64LE(bytes, at);
        at += 8;
        break;
      case TYPE.flag:
        fields[name] = bytes[at++] === 1;
        break;
      case TYPE.null:
        fields[name] = null;
        break;
      default:
        return false;
    }
  }
  return expectedOf === undefined || (expected !== undefined && met === Object.keys(expected).length);
}

/** How many bytes the value takes; undefined = it is another one, or of another type. */
function lengthOfSame(likely: unknown, type: number, bytes: Uint8Array, at: number): number | undefined {
  if (type === TYPE.int) return intAt(bytes, at) === likely ? 4 : undefined;
  if (type !== TYPE.text || typeof likely !== 'string') return undefined;
  const length = intAt(bytes, at) - 1;
  return isText(likely, bytes, at + 4, length) ? length + 5 : undefined;
}

function placeAt(bytes: Uint8Array, at: number): Place {
  const end = bytes.indexOf(0, at);
  const name = ByteUtils.toUTF8(bytes, at, end, true);
  return { name, nameBytes: bytes.slice(at, end + 1), text: '', inner: [] };
}

function isNamed({ nameBytes }: Place, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < nameBytes.length; i++) if (bytes[at + i] !== nameBytes[i]) return false;
  return true;
}

/** Of texts beyond ASCII nothing is known: there a character is several bytes. */
function isText(text: string, bytes: Uint8Array, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]!;
    if (byte > 0x7f || byte !== text.charCodeAt(i)) return false;
  }
  return true;
}

function intAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
