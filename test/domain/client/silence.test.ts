import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { durationMs, silenceOf } from '../../../src/domain/client/schedule';
import { importIdOf, parseClientId } from '../../../src/domain/ids';

const clientId = parseClientId('acme')!;
const addedAt = new Date('2026-11-01T00:00:00Z');
const hour = (n: number) => new Date(addedAt.getTime() + n * 3_600_000);

function aClient(expectFileEvery: string | null, change: Partial<Client> = {}): Client {
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'a@x.example', replyToAdminEmail: 'b@x.example', expectFileEvery };
  return { clientId, enabled: true, addedAt, settings, ...change };
}
const newest = { importId: importIdOf(clientId, 7), receivedAt: hour(10) };

test.each([
  ['counts from the newest file', aClient('26h'), newest, hour(36.1), { after: 'acme-7', since: hour(10) }],
  [
    'counts from when the client was added, where no file ever came',
    aClient('26h'),
    undefined,
    hour(26.1),
    { after: 'acme-0', since: addedAt },
  ],
  ['gives the client its whole time', aClient('26h'), newest, hour(36), undefined],
  ['expects nothing where nothing was agreed', aClient(null), newest, hour(9999), undefined],
  ['leaves disabled clients alone', aClient('26h', { enabled: false }), newest, hour(9999), undefined],
])('%s', (_what, client, last, now, expected) => {
  expect(silenceOf(client, last, now)).toEqual(expected);
});

test.each([
  ['90s', 90_000],
  ['90m', 5_400_000],
  ['26h', 93_600_000],
  ['8d', 691_200_000],
  ['26', undefined],
  ['26 h', undefined],
  ['1w', undefined],
  ['', undefined],
])('reads %j as %s milliseconds', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
