import { EncryptingCodec } from '../../../src/adapters/temporal/payload-codec';
import { serveCodec } from '../../../src/adapters/temporal/serve-codec';

const keys = [{ id: 'a', key: Buffer.alloc(32, 'a') }];
const origin = 'https://temporal-ui.example';
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const clear = { metadata: { encoding: base64('json/plain') }, data: base64('"zimmermann.csv"') };
let server: Awaited<ReturnType<typeof serveCodec>>;
beforeAll(async () => {
  server = await serveCodec({ port: 0, keys, origin });
});
afterAll(() => server.close());

const ask = (body: unknown, headers: Record<string, string> = {}, method = 'POST') =>
  fetch(`http://127.0.0.1:${server.port}/decode`, { method, headers, ...(method === 'POST' && { body: JSON.stringify(body) }) });

async function sealed(under = keys) {
  const [payload] = await new EncryptingCodec(under).encode([
    { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"zimmermann.csv"') },
  ]);
  const words = Object.entries(payload!.metadata!).map(([name, value]) => [name, base64(value)] as const);
  return { metadata: Object.fromEntries(words), data: base64(payload!.data!) };
}

test('the UI is shown what was encrypted, and what was not', async () => {
  const answer = await ask({ payloads: [await sealed(), clear] }, { origin });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  expect(await answer.json()).toEqual({ payloads: [clear, clear] });
  const before = await ask(undefined, { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
  expect([before.status, before.headers.get('access-control-allow-headers')]).toEqual([204, 'content-type,x-namespace,authorization']);
});

test('another page is shown nothing', async () => {
  const answer = await ask({ payloads: [await sealed()] }, { origin: 'https://elsewhere.example' });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  expect(await answer.text()).not.toContain(clear.data);
});

test.each([
  [
    'a key that is not there',
    async () => ({ payloads: [await sealed([{ id: 'b', key: Buffer.alloc(32, 'b') }])] }),
    /with the key \\"b\\"/,
  ],
  ['something else', () => Promise.resolve({ payloads: 'x' }), /not a list of payloads/],
])('%s is answered with a sentence', async (_, body, sentence) => {
  const answer = await ask(await body());
  expect(answer.status).toBe(400);
  expect(await answer.text()).toMatch(sentence);
});
