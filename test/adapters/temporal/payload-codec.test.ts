import { defaultPayloadConverter } from '@temporalio/common';
import { EncryptingCodec } from '../../../src/adapters/temporal/payload-codec';
import { loadConfig } from '../../../src/config/load-config';
import { parsePayloadKeys } from '../../../src/config/settings';

const key = (id: string, fill = id) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const codec = (...keys: string[]) => new EncryptingCodec(keys.length === 0 ? [] : parsePayloadKeys(keys.join(','))!);
const payload = () => [defaultPayloadConverter.toPayload({ fileName: 'zimmermann.csv', note: 'ü\u0000' })];
const plain = { fileName: 'zimmermann.csv', note: 'ü\u0000' };
const read = async (from: EncryptingCodec, sealed: Awaited<ReturnType<EncryptingCodec['encode']>>) =>
  defaultPayloadConverter.fromPayload((await from.decode(sealed))[0]!);

test('what a key has encrypted is read by every list that holds it, and never looks the same twice', async () => {
  const sealed = await codec(key('a')).encode(payload());
  expect(Buffer.from(sealed[0]!.data!).includes('zimmermann')).toBe(false);
  expect(await read(codec(key('b'), key('a')), sealed)).toEqual(plain);
  expect((await codec(key('a')).encode(payload()))[0]!.data).not.toEqual(sealed[0]!.data);
});

test('what was stored before there was a key is still read, and without a key nothing is encrypted', async () => {
  expect(await read(codec(key('a')), payload())).toEqual(plain);
  expect(await read(codec(), await codec().encode(payload()))).toEqual(plain);
});

test.each([
  ['of a key that is not there', codec(key('b')), /encrypted with the key "a", which IMPORTS_PAYLOAD_KEY does not hold/],
  ['of no key at all', codec(), /encrypted with the key "a", which IMPORTS_PAYLOAD_KEY does not hold/],
  ['of another key of that name', codec(key('a', 'x')), /cannot be read with the key "a"/],
])('a payload %s is refused with a sentence', async (_, other, sentence) => {
  const sealed = await codec(key('a')).encode(payload());
  await expect(other.decode(sealed)).rejects.toThrow(sentence);
});

test('a payload that was changed is refused', async () => {
  const [sealed] = await codec(key('a')).encode(payload());
  sealed!.data![sealed!.data!.length - 20]! ^= 1;
  await expect(codec(key('a')).decode([sealed!])).rejects.toThrow(/or the data was changed/);
});

test.each([`a:short`, key('a').slice(2), `${key('a')},${key('a', 'b')}`, `${key('a')},`])('%s is no list of keys', (text) => {
  expect(() => loadConfig({ IMPORTS_PAYLOAD_KEY: text })).toThrow(/IMPORTS_PAYLOAD_KEY is not a list of keys/);
  // A key in an error message would be in a log.
  expect(() => loadConfig({ IMPORTS_PAYLOAD_KEY: text })).not.toThrow(text);
});
