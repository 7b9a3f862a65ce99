// Which e-mails and user names are to be released right before a batch is written: where takers go round in a circle, somebody has to
// begin. No sooner, since nobody guards a released value.

import type { UserId } from '../../src/domain/ids';
import type { Release } from '../../src/domain/decide/settle-takeovers';
import type { UserStore } from '../../src/ports';
import { fieldOf } from './wishes';

export function releasesFor(releases: readonly Release[]): (batch: readonly UserId[]) => Parameters<UserStore['releaseKeys']>[0] {
  const byTaker = new Map<UserId, Release[]>();
  for (const release of releases) byTaker.set(release.taker, [...(byTaker.get(release.taker) ?? []), release]);
  return (batch) => {
    const due = batch.flatMap((taker) => byTaker.get(taker) ?? []);
    return due.map(({ holder, key }) => ({ userId: holder, fields: [fieldOf(key)] }));
  };
}
