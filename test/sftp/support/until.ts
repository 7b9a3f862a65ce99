// Waits for something that happens on the other side of a connection.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fixture } from './front-door-fixture';

/** Against hanging: far above what a slow machine needs. */
const GUARD_MS = 120_000;

export async function until(what: string, happened: () => boolean): Promise<void> {
  for (const end = Date.now() + GUARD_MS; !happened();) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function uploadHasArrived(fixture: Fixture, bytes: number): Promise<void> {
  return until(`${bytes} bytes have arrived`, () => {
    try {
      return readdirSync(fixture.staging()).some((name) => statSync(join(fixture.staging(), name)).size >= bytes);
    } catch {
      return false;
    }
  });
}

export function partialIsKept(fixture: Fixture): Promise<void> {
  return until('the partial is kept', () => fixture.lines.some(({ fields }) => fields['result'] === 'partial'));
}
