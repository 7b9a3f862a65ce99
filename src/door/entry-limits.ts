// Every number that bounds what peers may take, each with its reason, for all ways in together. Scores and bans: throttle.ts, bans.ts.

export const ENTRY_LIMITS = {
  /** Enough for an agent with a few keys and a person who mistypes; as OpenSSH. */
  failuresPerConnection: 6,
  /** A login takes a second; a slow line, and an account that is slowed down, some more. */
  loginGraceMs: 30_000,
  /**
   * To begin to speak: so many bytes within such a time. Every program does at once; a person is asked for a password, or whether to trust
   * the server, later than that.
   */
  silenceMs: 5_000,
  silenceBytes: 100,
  /**
   * Not yet logged in, of one address. A night job that starts fifty transfers at the same moment fits; a single address cannot take all
   * of `startups`.
   */
  startupsPerAddress: 60,
  /** Not yet logged in, of all addresses. Costs some 100 KB each, for at most the grace. */
  startups: 200,
  /** Of these, kept for addresses that have logged in before. */
  startupsForKnown: 50,
  /** From here on a newcomer is dropped by chance, the more often the fuller it gets, unless its address holds less than others do. */
  startupsEarly: 100,
  /** Of one address. A campus or a load balancer has one for all: see IMPORTS_SHARED_ADDRESSES. */
  connectionsPerAddress: 100,
  /** Of one account: parallel transfers of one program use 2 to 10. One account cannot crowd the others out. */
  visitsPerAccount: 60,
  /** Of all. Each may hold some 4 MB of unsent data. */
  connections: 500,
} as const;

/** Told only to a peer that has proven to be the account's. */
export const TOO_MANY_VISITS = `Too many connections of this account (${ENTRY_LIMITS.visitsPerAccount}): close some, or try again later`;
