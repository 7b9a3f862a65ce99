// Finds, within one file, records that repeat an earlier one and records that contradict each other: one unique id with different data,
// one e-mail or user name for different people. Keeps 36 bytes per record (line and four fingerprints), in blocks that are never
// copied, plus 8 where ids have zeros that programs drop or add, and 4 to 8 while it looks for equals; only a file that is full of
// repetitions costs more (12 bytes per record and kind). Whose e-mail or user name it is that a record claims, too, is not kept: the ids on
// the lines to be named are read from the file again. So are records of one unique id that are not written alike: what each of them means
// is asked only then.

import { claimOf, emailKeyOf, userNameKeyOf } from '../record/claims';
import { fingerprintInto } from './fingerprint';
import { withoutZeros } from '../ids';
import { groupEquals, PER_STEP, type Groups, type InSteps } from './group-equals';
import { MOST_LINES_NAMED, nameLines } from '../report/wording';
import { claimedTwiceReason, reason, zeroTwinReason, type Reason } from '../reason/reasons';
import type { CheckedRecord, FileMark, Column, RawRow } from '../record/record';
import { toNfc } from '../record/cell-text';
import { groupKey, spellGroups } from '../record/groups';
import type { FieldName } from '../record/fields';
import { withoutTextForm } from '../report/spreadsheet-cell';
import type { FieldValue } from '../user';

interface ConflictFinder {
  /** Records in the order of their lines. `text`: records with the same one are identical. */
  add(record: CheckedRecord, text: string): void;
  /** The file ends in the middle of the record on this line, the last one. */
  cutOff(line: number): void;
  /** Lines, in order, of records whose unique id others have with another text. Are they identical all the same? `identify` says. */
  doubtful(): InSteps<Iterable<number>>;
  /** `identity` = equal for identical records (`recordIdentity`). */
  identify(line: number, identity: string): void;
  finish(): InSteps<Findings>;
}

interface Findings {
  /** Fingerprints of all unique ids of the file, sorted, each once. */
  readonly ids: BigUint64Array;
  /** Lines, in order, whose unique ids the marks of others name: the first `MOST_USERS_NAMED` of them. */
  readonly named: readonly number[];
  /** By line, only of lines with something to say. Made while it is read: there may be millions. `ids` = unique ids by line. */
  readonly marks: (ids: ReadonlyMap<number, string>) => Iterable<FileMark>;
}

/** In one reason: each of a chunk's 5,000 records may have two such, and a chunk is one document. */
const MOST_OTHERS_NAMED = 5;
/** So many ids fit into a few megabytes. In a file in which more people share a value, the rest are told the lines. */
const MOST_USERS_NAMED = 50_000;

const NO_VALUES = {};
const NO_SPELLING: ReadonlyMap<string, string> = new Map();

const LINE = 0;
const ID = 1;
const IDENTITY = 3;
const EMAIL = 5;
const USER_NAME = 7;
const WIDTH = 9;
const BLOCK_BITS = 14;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;

/** `mindsZeros`: ids that differ only in leading zeros, or in `.0` at their end, are taken for one person's. */
export function createConflictFinder({ mindsZeros = false } = {}): ConflictFinder {
  const blocks: Uint32Array[] = [];
  /** Fingerprints of ids without their zeros, of the records that have any: a block only where there are such. */
  const bareBlocks: Uint32Array[] = [];
  /** Records that make nobody: a block only where there are such. */
  const leavers: Uint8Array[] = [];
  /** Of ids; 0 = one to which `.0` may have been added. Where there is only one, ids differ in more than zeros. */
  const lengths = new Set<number>();
  let count = 0;
  let cutLine: number | undefined;
  let sameId: Groups | undefined;

  const at = (record: number, slot: number): number => blocks[record >>> BLOCK_BITS]![(record & BLOCK_MASK) * WIDTH + slot]!;
  const isSame = (a: number, b: number, slot: number) => at(a, slot) === at(b, slot) && at(a, slot + 1) === at(b, slot + 1);
  const has = (record: number, slot: number) => at(record, slot) !== 0 || at(record, slot + 1) !== 0;

  // A record without a unique id is a person of its own.
  const isOther = (a: number, b: number) => !has(a, ID) || !isSame(a, b, ID);
  const ofSlot = (slot: number, takesPart: (record: number) => boolean, conflict: (a: number, b: number) => boolean) =>
    groupEquals({ count, low: (r) => at(r, slot), isSame: (a, b) => isSame(a, b, slot), takesPart, conflict });
  const groupIds = () =>
    ofSlot(
      ID,
      (record) => has(record, ID),
      (a, b) => !isSame(a, b, IDENTITY),
    );
  const addBare = ({ uniqueId, active }: CheckedRecord, record: number): void => {
    if (active === '0') (leavers[record >>> BLOCK_BITS] ??= new Uint8Array(1 << BLOCK_BITS))[record & BLOCK_MASK] = 1;
    const isDecimal = uniqueId.endsWith('.0');
    lengths.add(uniqueId.length);
    if (isDecimal) lengths.add(0);
    if (!isDecimal && !uniqueId.startsWith('0')) return;
    const block = (bareBlocks[record >>> BLOCK_BITS] ??= new Uint32Array(2 << BLOCK_BITS));
    fingerprintInto(withoutZeros(uniqueId), block, (record & BLOCK_MASK) * 2);
  };
  const bareAt = (record: number, lane: 0 | 1): number => {
    const block = bareBlocks[record >>> BLOCK_BITS];
    const start = (record & BLOCK_MASK) * 2;
    return block === undefined || (block[start] === 0 && block[start + 1] === 0) ? at(record, ID + lane) : block[start + lane]!;
  };
  /** Ids that are one without their zeros, each by its first record. */
  const groupBareIds = (ids: Groups) =>
    groupEquals({
      count,
      low: (record) => bareAt(record, 0),
      isSame: (a, b) => bareAt(a, 0) === bareAt(b, 0) && bareAt(a, 1) === bareAt(b, 1),
      takesPart: (record) =>
        has(record, ID) && ids.headOf(record) === record && leavers[record >>> BLOCK_BITS]?.[record & BLOCK_MASK] !== 1,
      conflict: () => true,
    });
  const recordOn = (line: number): number => {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(middle, LINE) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    add(record, text) {
      const email = claimOf(record, 'email');
      const userName = claimOf(record, 'userName');
      if (record.uniqueId === '' && email === undefined && userName === undefined) return;
      if ((count & BLOCK_MASK) === 0) blocks.push(new Uint32Array(WIDTH << BLOCK_BITS));
      const block = blocks.at(-1)!;
      const start = (count & BLOCK_MASK) * WIDTH;
      count++;
      block[start + LINE] = record.line;
      if (record.uniqueId !== '') {
        fingerprintInto(record.uniqueId, block, start + ID);
        if (mindsZeros) addBare(record, count - 1);
        fingerprintInto(text, block, start + IDENTITY);
      }
      if (email !== undefined) fingerprintInto(emailKeyOf(email), block, start + EMAIL);
      if (userName !== undefined) fingerprintInto(userNameKeyOf(userName), block, start + USER_NAME);
    },

    cutOff(line) {
      cutLine = line;
    },

    *doubtful() {
      const groups = yield* groupIds();
      sameId = groups;
      function* lines(): Generator<number> {
        for (let record = 0; record < count; record++) if (groups.isConflict(record)) yield at(record, LINE);
      }
      return { [Symbol.iterator]: lines };
    },

    identify(line, identity) {
      const record = recordOn(line);
      fingerprintInto(identity, blocks[record >>> BLOCK_BITS]!, (record & BLOCK_MASK) * WIDTH + IDENTITY);
      sameId = undefined;
    },

    *finish() {
      const ids = sameId ?? (yield* groupIds());
      const isRepeat = (record: number) => ids.headOf(record) !== record && !ids.isConflict(record);
      const sameEmail = yield* ofSlot(EMAIL, (record) => has(record, EMAIL) && !isRepeat(record), isOther);
      const sameUserName = yield* ofSlot(USER_NAME, (record) => has(record, USER_NAME) && !isRepeat(record), isOther);

      const sameBareId = bareBlocks.length === 0 || lengths.size === 1 ? undefined : yield* groupBareIds(ids);

      const linesOf = (groups: Groups, record: number) => firstOthers(groups, record, MOST_LINES_NAMED).map((member) => at(member, LINE));
      const twinReason = (groups: Groups, record: number) => {
        const others = groups.sizeOf(record) - 1;
        return zeroTwinReason(`${others === 1 ? 'that' : 'those'} on ${nameLines(linesOf(groups, record), others)}`);
      };
      function* marks(idsByLine: ReadonlyMap<number, string>): Generator<FileMark> {
        const claimedBy = (groups: Groups, record: number) => {
          const first = firstOthers(groups, record, MOST_OTHERS_NAMED);
          // Records of the same user are told of that already.
          const others = first.filter((member) => isOther(record, member)).map((member) => at(member, LINE));
          const named = others.map((line) => ({ line, uniqueId: idsByLine.get(line) ?? '' }));
          return { others: named, more: groups.sizeOf(record) - 1 - first.length };
        };
        for (let record = 0; record < count; record++) {
          const reasons: Reason[] = [];
          if (ids.isConflict(record)) reasons.push(sameIdReason(nameLines(linesOf(ids, record), ids.sizeOf(record) - 1)));
          if (sameEmail.isConflict(record)) reasons.push(claimedTwiceReason('email', claimedBy(sameEmail, record)));
          if (sameUserName.isConflict(record)) reasons.push(claimedTwiceReason('userName', claimedBy(sameUserName, record)));
          const line = at(record, LINE);
          const repeats = isRepeat(record);
          if (line === cutLine && !repeats) reasons.push(reason('CUT_OFF', null));
          const isTwin = sameBareId?.isConflict(record) === true;
          const ifNew = isTwin ? twinReason(sameBareId, record) : undefined;
          if (repeats || isTwin || reasons.length > 0) yield { line, repeats, reasons, ...(ifNew !== undefined && { ifNew }) };
        }
        const isKept = count > 0 && at(count - 1, LINE) === cutLine;
        if (cutLine !== undefined && !isKept) yield { line: cutLine, repeats: false, reasons: [reason('CUT_OFF', null)] };
      }
      return {
        ids: yield* idsOf(count, (record) => has(record, ID) && ids.headOf(record) === record, at),
        named: yield* namedLines(count, [sameEmail, sameUserName], (record) => at(record, LINE)),
        marks: (idsByLine) => ({ [Symbol.iterator]: () => marks(idsByLine) }),
      };
    },
  };
}

function* idsOf(
  count: number,
  isFirst: (record: number) => boolean,
  at: (record: number, slot: number) => number,
): InSteps<BigUint64Array> {
  const ids = new BigUint64Array(count);
  const lanes = new Uint32Array(ids.buffer);
  let next = 0;
  for (let record = 0; record < count; record++) {
    if (record % PER_STEP === 0) yield;
    if (!isFirst(record)) continue;
    lanes[next++] = at(record, ID);
    lanes[next++] = at(record, ID + 1);
  }
  return ids.subarray(0, next / 2).sort();
}

function firstOthers(groups: Groups, record: number, most: number): number[] {
  const others: number[] = [];
  for (const member of groups.membersOf(record)) {
    if (member !== record) others.push(member);
    if (others.length === most) break;
  }
  return others;
}

/** Of each group the first ones: those, and one more, that its other members name. */
function* namedLines(count: number, kinds: readonly Groups[], lineOf: (record: number) => number): InSteps<readonly number[]> {
  const lines = new Set<number>();
  for (let record = 0; record < count && lines.size < MOST_USERS_NAMED; record++) {
    if (record % PER_STEP === 0) yield;
    for (const groups of kinds) {
      if (!groups.isConflict(record) || groups.headOf(record) !== record) continue;
      lines.add(lineOf(record));
      for (const other of firstOthers(groups, record, MOST_OTHERS_NAMED)) lines.add(lineOf(other));
    }
  }
  return [...lines].toSorted((a, b) => a - b);
}

function sameIdReason(lines: string): Reason {
  return reason(
    'DUPLICATE_IN_FILE',
    'uniqueId',
    `The same user is also on ${lines} with different values; keep only one of these records.`,
  );
}

/**
 * What makes two records of one file the same record: the values of all columns that mean something, as they would be stored; of a record
 * that is rejected the text, trimmed and normalised. Our own report columns and ignored ones do not count. The columns are those of one file.
 */
export function recordIdentity(row: RawRow, columns: readonly Column[], { reasons, values }: CheckedRecord): string {
  const stored: Partial<Record<FieldName, FieldValue>> = reasons.length === 0 ? values : NO_VALUES;
  const texts: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (column.kind !== 'field') continue;
    const value = String(stored[column.field] ?? withoutTextForm((row.cells[i] ?? '').trim()));
    texts.push(column.field === 'groups' ? spellGroups(groupKey(value), NO_SPELLING) : value);
  }
  // A zero byte between the cells: a cell that holds one is rejected anyway.
  return toNfc(texts.join('\u0000'));
}
