// What happens when an upload became ready: the client's inbox looks for files now, where that is wanted.

import type { ClientId } from '../domain/ids';
import type { ClientStore, ImportsControl } from '../ports';

export const announceUpload =
  ({ clients, control }: { readonly clients: Pick<ClientStore, 'find'>; readonly control: Pick<ImportsControl, 'wake'> }) =>
  async (clientId: ClientId): Promise<void> => {
    const client = await clients.find(clientId);
    // A session that began before the client was disabled may end its upload: the file waits, as all of a disabled client do.
    if (client?.enabled === true && client.settings.startOnUpload) await control.wake(clientId, { look: true });
  };
