// Reads the claimed file once: is it a file that can be imported, and where do its chunks lie? What it finds is written before it
// answers, so a retry of the import does not read the file again.

import type { ImportId } from '../../src/domain/ids';
import { enter, type InTurn } from '../turn/require-turn';
import { becameOf, NO_COUNTS, type FileLayout, type ImportRun } from '../../src/domain/import-run';
import type { RefusalCode } from '../../src/domain/reason/refusals';
import type { ActivityPorts } from '../activity-ports';
import { beat, whileBeating } from '../heartbeat';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import type { ImportStore } from '../../src/ports';

type InspectedFile =
  | { readonly kind: 'accepted'; readonly records: number; readonly chunks: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

export async function inspectFile(ports: ActivityPorts, { importId, turn }: InTurn): Promise<InspectedFile> {
  const { run, client } = await keepSettings(ports, importId);
  const begun = { startedAt: run.startedAt ?? ports.clock.now(), failure: null };
  await enter(ports, { importId, turn }, 'inspecting', begun);
  await noteStep(ports, client, importId, { kind: 'started', attempt: run.attempts });
  if (run.refusal !== null) return { kind: 'refused', code: run.refusal.code };
  if (run.layout !== null) return { kind: 'accepted', records: run.counts.records, chunks: run.chunks };

  const { sha256, bytes, verdict } = await ports.csv.inspect(
    {
      sourcePath: ports.files.sourcePath(importId),
      textPath: ports.files.textPath(importId),
      idsPath: ports.files.idsPath(importId),
      fileName: run.fileName,
      lineBreakHabit: await lineBreakHabit(ports.imports, run),
    },
    client.settings,
    (position) => beat({ bytes: position }),
  );
  const { sameBytes } = await ports.imports.earlier(run.clientId, run.seq, sha256);
  const same = sameBytes === undefined ? { sameAs: null } : { sameAs: sameBytes.importId, sameAsBecame: becameOf(sameBytes) };
  const found = { sha256, bytes, ...same };
  if (verdict.kind === 'refused') {
    await noteStep(ports, client, importId, { kind: 'refused', code: verdict.refusal.code });
    await ports.imports.update(importId, { ...found, refusal: verdict.refusal });
    ports.log.info('file refused', { clientId: run.clientId, importId, code: verdict.refusal.code });
    return { kind: 'refused', code: verdict.refusal.code };
  }
  const { records, inactiveRecords, chunks, layout, endsInLineBreak } = verdict;
  const answer = { kind: 'accepted', records, chunks: chunks.length } as const;
  // Another worker took us for dead: its chunks may already have results.
  if ((await loadImport(ports, importId)).run.layout !== null) return answer;
  await whileBeating(() => ports.imports.putChunks(importId, chunks));
  await noteStep(ports, client, importId, { kind: 'read', records });
  // The layout comes last: it says that the chunks are there.
  const counts = { ...NO_COUNTS, records };
  const learnt = { layout, endsInLineBreak, isFirst: await ports.users.isEmpty(run.clientId) };
  await ports.imports.updateIf(importId, { layout: null }, { ...found, ...learnt, inactiveRecords, chunks: chunks.length, counts });
  return answer;
}

/** Once: a retry, or another worker that began before us, uses the same settings. */
async function keepSettings(ports: ActivityPorts, importId: ImportId) {
  const found = await loadImport(ports, importId);
  if (found.run.settings !== undefined) return found;
  await ports.imports.updateIf(importId, { settings: null }, { settings: found.client.settings });
  return loadImport(ports, importId);
}

/** Refused files tell nothing; behind more of them than this the habit is not known. */
const LOOKED_AT = 20;

/**
 * The client's habit, by which a last line without a line break is judged: how its last file that could be read ended. A file with another
 * delimiter comes from another program, whose habit is not known by it. The delimiter of the client's last file, when that file ended in a
 * line break; null = no habit that a file could break.
 */
export async function lineBreakHabit(
  imports: Pick<ImportStore, 'list'>,
  { clientId, seq }: Pick<ImportRun, 'clientId' | 'seq'>,
): Promise<FileLayout['delimiter'] | null> {
  const latest = await imports.list({ clientIds: [clientId], limit: LOOKED_AT });
  const last = latest.find((run) => run.seq < seq && run.endsInLineBreak !== undefined);
  return last?.endsInLineBreak === true ? (last.layout?.delimiter ?? null) : null;
}
