// Who is logged in at any front door. A process that is killed removes nothing: what gives no sign of life is not counted as live.

import type { SessionStore } from '../../../ports';
import type { LiveSession } from '../../../domain/client/access';
import type { SessionDocument } from '../documents';
import { native, type Models } from '../models';

export function createSessionStore({ sessions }: Pick<Models, 'sessions'>): SessionStore {
  return {
    async beat(live, at) {
      await native(sessions).bulkWrite(
        live.map(({ sessionId, ...session }) => ({
          updateOne: { filter: { _id: sessionId }, update: { $set: { ...session, seenAt: at } }, upsert: true },
        })),
        { ordered: false },
      );
    },
    async remove(sessionIds) {
      await sessions.deleteMany({ _id: { $in: [...sessionIds] } });
    },
    async live(since) {
      const found = await sessions
        .find({ seenAt: { $gte: since } })
        .sort({ since: 1 })
        .lean<SessionDocument[]>();
      return found.map(toSession);
    },
    async forget(silentSince) {
      await sessions.deleteMany({ seenAt: { $lt: silentSince } });
    },
  };
}

function toSession({ _id, seenAt: _seenAt, ...session }: SessionDocument): LiveSession {
  return { sessionId: _id, ...session };
}
