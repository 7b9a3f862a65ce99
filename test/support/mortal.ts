// A process that ends at one of its calls to the outside world: how tests kill a step anywhere.

import type { ActivityPorts } from '../../activities/activity-ports';
import { interceptCalls } from './intercept-calls';

export class Killed extends Error {}

const DEADLY = [
  'turns',
  'imports',
  'deferred',
  'rejected',
  'users',
  'permits',
  'changes',
  'undos',
  'outbox',
  'files',
  'standing',
  'csv',
  'mailer',
] as const;

/** Ports whose n-th call is the last of the process: nothing works any more, before the call or right after its effect. */
export function mortal(
  ports: ActivityPorts,
  dies: { readonly at: number; readonly when: 'before' | 'after' },
  deadly: readonly (keyof ActivityPorts)[] = DEADLY,
) {
  const seen = { calls: 0, dead: false, last: '' };
  const dying = interceptCalls(ports, deadly, ({ name, make }) => {
    if (seen.dead) throw new Killed();
    const here = ++seen.calls;
    const die = () => {
      seen.dead = true;
      seen.last = name;
      throw new Killed();
    };
    if (here === dies.at && dies.when === 'before') die();
    const result = make();
    if (here !== dies.at) return result;
    return result instanceof Promise ? result.then(die) : die();
  });
  return { seen, ports: dying };
}
