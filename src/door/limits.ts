// Every number that bounds how much of us peers and clients may take up, each with its reason. SECURITY.md shows them to people.

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MINUTE_MS = 60_000;

export const LIMITS = {
  /** Where uploads lie and what is staged; processed files are ours and not counted. Five files of the largest size a client may send. */
  clientBytes: 10 * GIB,
  /** Counted the same way. Looking at so many takes a tenth of a second, which is what a listing may cost. */
  clientFiles: 10_000,
  /** Uploads that are open or broken off. Each look at a name that is not there reads their notes; nobody has so many without meaning to. */
  clientPartials: 500,
  /** In `.bak`, where processed files stay for years: IMPORTS_BACKUP_GIB and IMPORTS_BACKUP_FILES change these two. */
  backupBytes: 100 * GIB,
  /** Three for each import: one every five minutes for a year and a half. */
  backupFiles: 500_000,
  /** SFTP sessions at a time, of all connections: more than an account may have of those, as programs use one each. Each may hold 4 MiB. */
  clientSessions: 64,
  /** Of all its sessions: a process is often allowed no more than 1,024 or 4,096, and others need some. */
  clientOpenFiles: 256,
  /** Free space that uploads leave to the imports, MongoDB and the system, which do worse without: a share of the disk, at most so much. */
  diskReserve: { share: 0.05, bytes: GIB },
  /** The disk is looked at before an upload and again whenever so much has been written: far less than the reserve, times the disks' speed. */
  diskLookBytes: 64 * MIB,
  /** Without a request. People leave their programs open; what is not closed by then stays resumable. */
  idleMs: 15 * MINUTE_MS,
  /** FTPS, for a data connection to come, and again to become TLS: programs do both at once, and a slow line needs seconds. */
  dataOpensMs: 30_000,
  /** FTPS, without a byte on the data connection, either way. A program that makes its file while it sends it may well pause. */
  dataStallsMs: 5 * MINUTE_MS,
  /** New keys for a connection: what RFC 4253, section 9, asks for by time, and OpenSSH does by size. */
  rekeyMs: 60 * MINUTE_MS,
  rekeyBytes: 4 * GIB,
  /** How long replies wait for a peer that has begun to change keys. */
  rekeyAnswerMs: 30_000,
  /** SFTP, of our thread for what comes in at a time: blocks, as programs send them, take a fraction of a millisecond. */
  readMs: 5,
  /** For a peer to take the last bytes of a connection that we end. */
  goodbyeMs: 5000,
};

export type Limits = Readonly<typeof LIMITS>;

/** What peers may take before and at their log-in, for all ways in together. Scores and bans: throttle.ts, bans.ts. */
export const ENTRY_LIMITS = {
  /** Enough for an agent with a few keys and a person who mistypes; as OpenSSH. */
  failuresPerConnection: 6,
  /** A login takes a second; a slow line, and an account that is slowed down, some more. */
  loginGraceMs: 30_000,
  /** To begin to speak: so many bytes within such a time. A person is asked for a password, or to trust the server, after that. */
  silenceMs: 5_000,
  silenceBytes: 100,
  /** A log-in takes some thousand bytes, with many keys some more. A peer that sends so many without one only wants to keep us busy. */
  loginBytes: 128 * KIB,
  /** Not yet logged in, of one address: room for a night job that starts fifty transfers at once, and not all of `startups`. */
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
  /** Of one client, whatever its accounts. */
  visitsPerClient: 120,
  /** Of all. Each may hold some 4 MB of unsent data. */
  connections: 500,
} as const;

/** By the result of a login that was refused for it. Told only to a peer that has proven to be the account's. */
export const CROWDED = new Map<string, string>([
  ['too-many-visits', `Too many connections of this account (${ENTRY_LIMITS.visitsPerAccount}): close some, or try again later`],
  [
    'too-many-of-client',
    `Too many connections from all your accounts together (${ENTRY_LIMITS.visitsPerClient}): close some, or try again later`,
  ],
]);
