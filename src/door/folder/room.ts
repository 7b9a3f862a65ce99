// Whether there is room for more: in the client's share, and on the disk. Counted where the files lie, because other processes put files
// there and take them away, too; between two counts this process adds what it writes itself.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { Log } from '../../ports';
import type { Limits } from '../limits';
import { inBunches, oneAtATime } from '../one-at-a-time';
import { FolderError, unlessMissing } from './folder-error';
import type { Staging } from './staging';

/** Where one client's uploads come to lie, and where they are staged. */
interface Place {
  readonly clientId: ClientId;
  readonly uploads: string;
  readonly staging: Staging;
  readonly log: Log;
}

interface Taken {
  files: number;
  partials: number;
  bytes: number;
}

type LimitName = keyof Pick<Limits, 'clientBytes' | 'clientFiles' | 'clientPartials' | 'diskReserve'>;

const COUNT_GOOD_FOR_MS = 10_000;
const LOG_EVERY_MS = 60_000;

export class Room {
  readonly #place: Place;
  readonly #limits: Limits;
  #counted: { readonly at: number; readonly taken: Taken } | undefined;
  readonly #countAnew = oneAtATime(async () => {
    const at = performance.now();
    const taken = await countTaken(this.#place);
    this.#counted = { at, taken };
    return taken;
  });
  #sinceLook = Infinity;
  readonly #loggedAt = new Map<LimitName, number>();

  constructor(place: Place, limits: Limits) {
    this.#place = place;
    this.#limits = limits;
  }

  /** The client's allowance, and what is left of it. It learns nothing about our disk. */
  async allowance(): Promise<{ readonly bytes: number; readonly freeBytes: number; readonly files: number; readonly freeFiles: number }> {
    const { clientBytes: bytes, clientFiles: files } = this.#limits;
    const taken = await this.#count(COUNT_GOOD_FOR_MS);
    return { bytes, freeBytes: Math.max(0, bytes - taken.bytes), files, freeFiles: Math.max(0, files - taken.files) };
  }

  /** Before an upload begins. Throws FolderError with a sentence for the client, as all of these. */
  async assertForUpload(): Promise<void> {
    this.#sinceLook = Infinity;
    await this.assertOnDisk(0);
    await this.#assertWithin({ files: 1, partials: 1, bytes: 0 });
  }

  /** Before a staged file is made. */
  async takeFile(): Promise<void> {
    add(await this.#assertWithin({ files: 1, partials: 1, bytes: 0 }), { files: 1, partials: 1, bytes: 0 });
  }

  /** Before so many bytes are added to what is staged. */
  async takeBytes(bytes: number): Promise<void> {
    if (bytes > 0) add(await this.#assertWithin({ files: 0, partials: 0, bytes }), { files: 0, partials: 0, bytes });
  }

  /** The same for the disk, which is checked now and then. */
  async assertOnDisk(bytes: number): Promise<void> {
    this.#sinceLook += Math.max(0, bytes);
    if (this.#sinceLook < this.#limits.diskLookBytes) return;
    const { free, total } = await this.#place.staging.space();
    const { share, bytes: most } = this.#limits.diskReserve;
    if (free - bytes < Math.min(share * total, most)) throw this.#refusal('diskReserve');
    this.#sinceLook = 0;
  }

  async #assertWithin(more: Taken): Promise<Taken> {
    const known = await this.#count(COUNT_GOOD_FOR_MS);
    if (this.#exceededBy(known, more) === undefined) return known;
    // Nobody is turned away for what has been imported or removed meanwhile.
    const taken = await this.#count(0);
    const limit = this.#exceededBy(taken, more);
    if (limit !== undefined) throw this.#refusal(limit);
    return taken;
  }

  #exceededBy(taken: Taken, more: Taken): LimitName | undefined {
    const { clientBytes, clientFiles, clientPartials } = this.#limits;
    if (more.bytes > 0 && taken.bytes + more.bytes > clientBytes) return 'clientBytes';
    if (more.files > 0 && taken.files + more.files > clientFiles) return 'clientFiles';
    if (more.partials > 0 && taken.partials + more.partials > clientPartials) return 'clientPartials';
    return undefined;
  }

  async #count(goodForMs: number): Promise<Taken> {
    if (this.#counted !== undefined && performance.now() - this.#counted.at < goodForMs) return this.#counted.taken;
    return this.#countAnew();
  }

  #refusal(limit: LimitName): FolderError {
    const now = performance.now();
    if (now - (this.#loggedAt.get(limit) ?? -Infinity) >= LOG_EVERY_MS) {
      this.#loggedAt.set(limit, now);
      this.#place.log.warn('An upload was refused', { clientId: this.#place.clientId, limit });
    }
    return new FolderError('failed', sentenceFor(limit, this.#limits));
  }
}

function add(taken: Taken, more: Taken): void {
  taken.files += more.files;
  taken.partials += more.partials;
  taken.bytes += more.bytes;
}

async function countTaken({ uploads, staging }: Place): Promise<Taken> {
  const staged = await staging.sizes();
  const published = await sizesIn(uploads);
  const bytes = [...staged, ...published].reduce((sum, size) => sum + size, 0);
  return { files: staged.length + published.length, partials: staged.length, bytes };
}

async function sizesIn(directory: string): Promise<readonly number[]> {
  const names = (await readdir(directory).catch(unlessMissing)) ?? [];
  const stats = await inBunches(names, (name) => lstat(join(directory, name)).catch(unlessMissing));
  return stats.flatMap((found) => (found?.isFile() === true ? [found.size] : []));
}

function sentenceFor(limit: LimitName, { clientBytes, clientFiles, clientPartials }: Limits): string {
  switch (limit) {
    case 'diskReserve':
      return 'Disk is nearly full, try again later';
    case 'clientBytes':
      return `Your folder is full (${inEnglish(clientBytes)} bytes): remove files, or wait until they are imported`;
    case 'clientFiles':
      return `Your folder is full (${inEnglish(clientFiles)} files): remove some, or wait until they are imported`;
    case 'clientPartials':
      return `Too many unfinished uploads (${inEnglish(clientPartials)}): finish or remove some, or wait a day`;
  }
}

function inEnglish(value: number): string {
  return value.toLocaleString('en');
}
