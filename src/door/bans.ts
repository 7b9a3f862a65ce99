// Addresses that are not let in for a while. Known here at once, and shared through the store: bans outlive a restart, hold at every front
// door, and support sees and lifts them. While the store does not answer, a door uses what it knows.

import { isWithin } from '../domain/client/network';
import type { AccountStore, BanStore, ClientStore, Clock, Log } from '../ports';
import type { Ban } from '../domain/client/access';
import { AT_HOME_MS } from './peer';
import { errnoOf } from './folder/folder-error';
import type { Offence } from './throttle';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const FIRST_BAN_MS = 30 * MINUTE_MS;
const FACTOR = 1.5;
const LONGEST_BAN_MS = DAY_MS;
/** A ban that ended so long ago no longer makes the next one longer. */
const REMEMBERED_MS = 7 * DAY_MS;
const REFRESH_MS = 2_000;

interface BanOptions {
  readonly bans: BanStore;
  readonly accounts: Pick<AccountStore, 'seenAt' | 'list'>;
  readonly clients: Pick<ClientStore, 'list'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class Bans {
  #inForce = new Map<string, Ban>();
  readonly #unsaved = new Map<string, Ban>();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #reachable = true;

  readonly #options: BanOptions;

  constructor(options: BanOptions) {
    this.#options = options;
  }

  /** Knows what the store knows, and keeps up with it. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
  }

  /** The ban that is in force. */
  of(place: string): Ban | undefined {
    const ban = this.#inForce.get(place);
    return ban !== undefined && ban.until > this.#options.clock.now() ? ban : undefined;
  }

  ban(place: string, reason: Offence): void {
    const since = this.#options.clock.now();
    const ban = { address: place, since, until: new Date(since.getTime() + FIRST_BAN_MS), times: 1, reason, spares: [] };
    this.#inForce.set(place, ban);
    this.#unsaved.set(place, ban);
    void this.refresh();
  }

  /** Saves what is new and learns what others did. Never throws; one at a time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#exchange()
      .then(
        () => this.#noteReachable(true),
        (error: unknown) => this.#noteReachable(false, error),
      )
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #exchange(): Promise<void> {
    const { bans, clock } = this.#options;
    for (const ban of this.#unsaved.values()) {
      const full = await this.#complete(ban);
      await bans.put(full);
      this.#unsaved.delete(ban.address);
      await bans.forget(new Date(ban.since.getTime() - REMEMBERED_MS));
      const { address, times, reason, since, until, spares } = full;
      const minutes = Math.round((until.getTime() - since.getTime()) / MINUTE_MS);
      this.#options.log.warn('Address banned', { ip: address, minutes, times, reason, spares: spares.length });
    }
    const known = await bans.inForce(clock.now());
    this.#inForce = new Map([...known, ...this.#unsaved.values()].map((ban) => [ban.address, ban]));
  }

  async #complete(ban: Ban): Promise<Ban> {
    const former = await this.#options.bans.find(ban.address);
    // Another door was faster, or we are about to save it once more.
    if (former !== undefined && former.until > ban.since) return former;
    const times = (former?.times ?? 0) + 1;
    const ms = Math.min(LONGEST_BAN_MS, FIRST_BAN_MS * FACTOR ** (times - 1));
    return { ...ban, times, until: new Date(ban.since.getTime() + ms), spares: await this.#atHome(ban) };
  }

  /** Many people share the address of a campus: those who belong there are not shut out for what others do. */
  async #atHome({ address, since }: Ban): Promise<readonly string[]> {
    const { accounts, clients } = this.#options;
    const seen = await accounts.seenAt(address, new Date(since.getTime() - AT_HOME_MS));
    const named = (await clients.list()).filter(({ settings }) => isWithin(address, settings.allowedAddresses));
    const theirs = await Promise.all(named.map(({ clientId }) => accounts.list(clientId)));
    return [...new Set([...seen, ...theirs.flat()].map(({ userName }) => userName))];
  }

  #noteReachable(reachable: boolean, error?: unknown): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    const { log } = this.#options;
    if (reachable) log.info('Bans are shared again');
    else log.warn('Bans are not shared: the database does not answer', { error: errnoOf(error) ?? 'unknown' });
  }
}
