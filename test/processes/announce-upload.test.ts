import type { Client } from '../../src/domain/client';
import { announceUpload } from '../../src/processes/announce-upload';
import { aClient } from '../cli/fake-deps';

const acme = aClient('acme');
const cases: readonly (readonly [what: string, client: Client | undefined, scans: readonly string[]])[] = [
  ['looks into the folder of the client', acme, ['acme']],
  ['leaves a disabled client alone, which has no schedule to start', { ...acme, enabled: false }, []],
  ['leaves it to the schedule where the client wants that', { ...acme, settings: { ...acme.settings, startOnUpload: false } }, []],
  ['does nothing for a client that is gone', undefined, []],
];
test.each(cases)('an upload that became ready %s', async (_, client, scans) => {
  const seen: string[] = [];
  const asked = new Set<string>();
  const turns = { askLook: async (clientId: string) => void asked.add(clientId) };
  const control = {
    async wake(clientId: string) {
      if (asked.has(clientId)) seen.push(clientId);
    },
  };
  await announceUpload({ clients: { find: async () => client }, turns, control })(acme.clientId);
  expect(seen).toEqual(scans);
});
