// `imports webhook`: a receiver is tried out, and its secret handed over.

import { aClient, aRun, aWorld, imports } from './fake-deps';

const webhookUrl = 'https://hooks.acme.example/imports';
const [GIVEN_UP, TRIED] = [new Date('2026-11-20T14:03:07Z'), new Date('2026-11-20T15:03:07Z')];
const hooked = aClient('acme', { settings: { ...aClient('acme').settings, webhookUrl } });

test('a test event goes to the receiver of the client, or of the installation, and its answer is shown', async () => {
  const world = aWorld({ clients: [hooked] });
  world.webhooks.answer = { kind: 'taken', status: 202, said: 'thanks\n\u{1b}[31m' };
  const ran = await imports(world, 'webhook', 'test', 'acme');
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toBe(
    ['Event     test_1795201200000', `Receiver  ${webhookUrl}`, 'Answer    202, taken', 'It said   thanks \\u{1b}[31m', ''].join('\n'),
  );
  await imports(world, 'webhook', 'test');
  expect(world.calls).toEqual([`test_1795201200000 to ${webhookUrl}`, 'test_1795201200000 to https://hooks.city.example/imports']);
});

test('without a secret, or with a URL that is not allowed, nothing is sent, and that is the cause that is told', async () => {
  const world = aWorld({ clients: [hooked] });
  world.webhooks.problem = 'IMPORTS_WEBHOOK_SECRET is not set, so nothing can be signed';
  const err = 'error: The test event was not sent: IMPORTS_WEBHOOK_SECRET is not set, so nothing can be signed.\nSee docs/webhooks.md\n';
  expect(await imports(world, 'webhook', 'test', 'acme')).toMatchObject({ code: 2, out: '', err });
  expect(world.calls).toEqual([]);
});

test('as JSON', async () => {
  const { out } = await imports(aWorld({ clients: [hooked] }), 'webhook', 'test', 'acme', '--json');
  expect(JSON.parse(out)).toEqual({ eventId: 'test_1795201200000', clientId: 'acme', url: webhookUrl, status: 204, answer: '' });
});

test('the secret of a client is printed and nothing else, to be piped', async () => {
  expect(await imports(aWorld(), 'webhook', 'secret', 'acme')).toMatchObject({ code: 0, out: 'whsec_c2VjcmV0\n', err: '' });
  const { out } = await imports(aWorld(), 'webhook', 'secret', 'acme', '--json');
  expect(JSON.parse(out)).toEqual({ clientId: 'acme', secret: 'whsec_c2VjcmV0' });
});

test('a URL to which nothing could be sent is not stored, nor is a client with it added', async () => {
  const world = aWorld();
  world.webhooks.problem = 'only https:// URLs are allowed';
  const addresses = ['--failed-import-email', 'it@new.example', '--reply-to-admin-email', 'p@city.example'];
  const added = await imports(world, 'client', 'add', 'new', ...addresses, '--set', 'webhookUrl=http://new.example/');
  expect(added).toMatchObject({ code: 2, err: expect.stringContaining('webhookUrl=http://new.example/: only https:// URLs are allowed') });
  expect(await imports(world, 'client', 'set', 'acme', 'webhookUrl=http://acme.example/')).toMatchObject({ code: 2 });
  expect(await imports(world, 'client', 'set', 'acme', 'webhookUrl=off', 'report=always')).toMatchObject({ code: 0 });
  expect(world.clients.map(({ clientId, settings }) => [clientId, settings.webhookUrl])).toEqual([
    ['acme', null],
    ['zenith', null],
  ]);
});

test('`imports show` says which event did not reach whom, why, and whether it is tried again', async () => {
  const world = aWorld({ runs: [aRun('acme-1')] });
  world.webhooksNotTaken = [
    { id: 'acme-1_failed_2', kind: 'webhook-failed_2-installation', state: 'failed', at: GIVEN_UP, why: null },
    { id: 'acme-1_finished', kind: 'webhook-finished-client', state: 'pending', at: TRIED, why: 'hooks.acme.example: answered 500.' },
  ];
  const { out } = await imports(world, 'show', 'acme-1');
  expect(out.split('\n').filter((line) => line.startsWith('Webhook'))).toEqual([
    expect.stringMatching(/^Webhook +event acme-1_failed_2 for the receiver of the installation: given up at 2026-11-20 09:03:07$/),
    expect.stringMatching(
      /^Webhook +event acme-1_finished for the client: not accepted at 2026-11-20 10:03:07; retried for up to a day\. hooks\.acme\.example: answered 500\.$/,
    ),
  ]);
  const json = await imports(world, 'show', 'acme-1', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    webhooks: [
      { id: 'acme-1_failed_2', event: 'failed', receiver: 'installation', state: 'failed', at: GIVEN_UP.toJSON(), why: null },
      {
        id: 'acme-1_finished',
        event: 'finished',
        receiver: 'client',
        state: 'pending',
        at: TRIED.toJSON(),
        why: 'hooks.acme.example: answered 500.',
      },
    ],
  });
});
