// Removes what is kept for a while only of imports that ended long ago, oldest first. Each round takes a few: the workflow asks until
// nothing is due. An import whose undo is under way keeps what that needs.

import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';

const DAY_MS = 86_400_000;
const AT_ONCE = 200;

export const expireDetails = (ports: ActivityPorts) => async (): Promise<{ readonly imports: number; readonly more: boolean }> => {
  const now = ports.clock.now();
  const due = await ports.expiry.due(new Date(now.getTime() - ports.keepDays * DAY_MS), AT_ONCE);
  let imports = 0;
  for (const importId of due) {
    beat({ imports });
    const undo = await ports.undos.find(importId);
    if (undo !== undefined && undo.finishedAt === null) continue;
    await ports.expiry.expire(importId, now, () => beat({ imports }));
    imports += 1;
  }
  if (imports > 0) ports.log.info('details of old imports removed', { imports });
  return { imports, more: due.length === AT_ONCE && imports > 0 };
};
