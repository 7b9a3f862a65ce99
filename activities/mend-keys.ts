// E-mails and user names that the application gave to users count like those of files, also where it wrote them without keys. A user who
// holds a value unseen can only be found by looking through all users of the client, which takes long: so it is done before the first
// value is taken, and not at all for a file that brings none.

import type { ClientId } from '../src/domain/ids';
import type { ImportRun } from '../src/domain/import-run';
import type { ActivityPorts } from './activity-ports';
import { whileBeating } from './heartbeat';

export async function mendKeys(
  { users, log }: ActivityPorts,
  { clientId, importId }: Pick<ImportRun, 'clientId' | 'importId'>,
): Promise<void> {
  const sum = { mended: 0, shared: 0 };
  await whileBeating(async () => {
    for await (const { mended, shared } of users.repairKeys(clientId)) {
      sum.mended += mended;
      sum.shared += shared.length;
    }
  });
  if (sum.mended + sum.shared > 0) log.info('keys of users mended', { clientId, importId, ...sum });
}

interface Look {
  readonly turn: number;
  readonly done: Promise<void>;
}

/** The last look of each client: the steps of an import that this process has in flight at once share it. */
export class KeyLooks {
  readonly #last = new Map<ClientId, Look>();

  /** For a step, which may ask before each of its batches. One look serves the whole turn. */
  mendingOnce(ports: ActivityPorts, run: ImportRun, turn: number): () => Promise<void> {
    // The first file of a client meets nobody but the users that it makes itself.
    const isNeeded = run.keysMendedIn !== turn && !(run.isFirst === true && run.attempts === 1);
    // A step that waits for another one's look has to show a sign of life, too.
    return () => (isNeeded ? whileBeating(() => this.#lookOnce(ports, run, turn)) : Promise.resolve());
  }

  #lookOnce(ports: ActivityPorts, run: ImportRun, turn: number): Promise<void> {
    const { clientId, importId } = run;
    const last = this.#last.get(clientId);
    if (last?.turn === turn) return last.done;
    const mend = async () => {
      await mendKeys(ports, run);
      await ports.imports.updateIf(importId, { turn }, { keysMendedIn: turn });
    };
    const look: Look = { turn, done: mend() };
    this.#last.set(clientId, look);
    look.done.catch(() => {
      if (this.#last.get(clientId) === look) this.#last.delete(clientId);
    });
    return look.done;
  }
}
