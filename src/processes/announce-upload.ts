// What happens when an upload became ready: the client's inbox looks for files now, where that is wanted.

import type { ClientId } from '../domain/ids';
import type { ClientStore, ImportsControl, TurnStore } from '../ports';

interface Announced {
  readonly clients: Pick<ClientStore, 'find'>;
  readonly turns: Pick<TurnStore, 'askLook'>;
  readonly control: Pick<ImportsControl, 'wake'>;
}

export const announceUpload =
  ({ clients, turns, control }: Announced) =>
  async (clientId: ClientId): Promise<void> => {
    const client = await clients.find(clientId);
    // A session that began before the client was disabled may end its upload: the file waits, as all of a disabled client do.
    if (client?.enabled !== true || !client.settings.startOnUpload) return;
    await turns.askLook(clientId);
    await control.wake(clientId);
  };
