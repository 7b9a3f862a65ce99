// Command lines as hostile and as broken programs send them, made from a seed: the same seed, the same lines. Knows what each command may be
// answered with once somebody is logged in.

import { NAMES, pick, type Random } from '../../sftp/support/random';

/** By verb: the codes that a logged-in client in TLS may get. 451, a failure of ours, is nowhere. */
const ANSWERS: Readonly<Record<string, readonly number[]>> = {
  NOOP: [200],
  SYST: [215],
  HELP: [214],
  FEAT: [211],
  STAT: [211],
  OPTS: [200, 501],
  CLNT: [200],
  AUTH: [503],
  PBSZ: [200],
  PROT: [200, 504, 536],
  CCC: [533],
  USER: [530],
  PASS: [503],
  PWD: [257],
  XPWD: [257],
  CWD: [250, 550],
  XCWD: [250, 550],
  CDUP: [250, 550],
  XCUP: [250, 550],
  SIZE: [213, 550],
  MDTM: [213, 550],
  MLST: [250, 550],
  MFMT: [213, 501, 504, 550],
  DELE: [250, 550],
  RNFR: [350, 550],
  RNTO: [250, 503, 504, 550],
  MKD: [550, 504],
  XMKD: [550, 504],
  RMD: [250, 550, 504],
  XRMD: [250, 550, 504],
  TYPE: [200, 504],
  STRU: [200, 504],
  MODE: [200, 504],
  REST: [350, 501],
  ALLO: [200, 501],
  ABOR: [226],
  // No port is open when they come: nothing is transferred.
  LIST: [425],
  NLST: [425],
  MLSD: [425],
  RETR: [425],
  STOR: [425],
  APPE: [425],
  ...Object.fromEntries(
    ['PORT', 'EPRT', 'LPRT', 'SITE', 'STOU', 'ACCT', 'REIN', 'SMNT', 'HOST', 'LANG', 'LPSV', 'HASH'].map((verb) => [verb, [502]]),
  ),
  XYZZ: [500],
};
const VERBS = Object.keys(ANSWERS);

export interface Said {
  readonly line: Buffer;
  /** Codes that it may be answered with. */
  readonly codes: readonly number[];
}

export function randomCommand(random: Random): Said {
  const kind = random();
  if (kind < 0.03) return { line: rubbish(random), codes: [500, 501] };
  const verb = pick(random, VERBS);
  const spelled = random() < 0.2 ? verb.toLowerCase() : verb;
  const argument = random() < 0.15 ? undefined : argumentOf(random, verb);
  return { line: Buffer.from(argument === undefined ? spelled : `${spelled} ${argument}`), codes: ANSWERS[verb]! };
}

function argumentOf(random: Random, verb: string): string {
  if (verb === 'MFMT') return `${pick(random, ['20260102030405', '20261399000000', '0', ''])} ${pick(random, NAMES)}`;
  if (verb === 'OPTS') return pick(random, ['UTF8 ON', 'MLST type;size;', 'MLST', 'XX', '']);
  if (['REST', 'ALLO'].includes(verb)) return pick(random, ['0', '1', '99999999999', '-1', 'x', '9'.repeat(30), '5 R 1']);
  if (['TYPE', 'PROT', 'STRU', 'MODE'].includes(verb)) return pick(random, ['I', 'A', 'A N', 'L 8', 'E', 'P', 'C', 'F', 'S', 'R', '']);
  return pick(random, NAMES);
}

/** Never a line break in it; and never what would be a command. */
function rubbish(random: Random): Buffer {
  if (random() < 0.3) return Buffer.alloc(4097 + Math.floor(random() * 5000), 'A');
  const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
  return Buffer.concat([Buffer.from('!'), bytes.filter((byte) => byte !== 0x0a)]);
}
