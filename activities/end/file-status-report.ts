// Leaves the status report in the client's folder: the claimed file once more, record by record, each with its result. Killed
// anywhere, it is made again, the same; one that lies there already is whole.

import { fieldOfHeader } from '../../src/domain/file/header-names';
import type { ImportRun } from '../../src/domain/import-run';
import { restoreCell } from '../../src/domain/report/spreadsheet-cell';
import { failureRow, fileRow, STATUS_HEADERS, statusReportName, successRow, supersededRow } from '../../src/domain/report/status-report';
import { ImportsError } from '../../src/errors';
import type { RejectedRecord } from '../../src/domain/record/record';
import type { ActivityPorts } from '../activity-ports';
import { pathsOf } from '../apply/apply-chunk';
import { layoutOf } from '../load-import';
import { withHeartbeat } from '../heartbeat';

/** The name of the report. */
export async function fileStatusReport(ports: ActivityPorts, run: ImportRun): Promise<string> {
  const { importId, clientId } = run;
  const name = statusReportName(run);
  if ((await ports.standing.findStatusReport(clientId, name)) !== undefined) return name;
  await ports.files.makeWorkFolder(importId);
  await ports.csv.writeTable(ports.standing.statusReportPath(importId), STATUS_HEADERS, withHeartbeat(rowsOf(ports, run)));
  await ports.standing.fileStatusReport(clientId, importId, name);
  return name;
}

async function* rowsOf(ports: ActivityPorts, run: ImportRun): AsyncGenerator<readonly string[]> {
  const whole = fileRow(run);
  if (whole !== undefined) return yield whole;
  const layout = layoutOf(run);
  const idAt = layout.headers.findIndex((header) => fieldOfHeader(header, layout) === 'uniqueId');
  // Both come by line.
  const rejected = ports.rejected.all(run.importId)[Symbol.asyncIterator]();
  let failed = await next(rejected);
  // Decided while records were applied, and kept: what newer files have done since is another matter.
  const settled = new Set<number>();
  for await (const { result } of ports.imports.settled(run.importId)) for (const line of result.superseded ?? []) settled.add(line);
  for (let n = 0; n < run.chunks; n++) {
    const chunk = await ports.imports.chunk(run.importId, n);
    if (chunk === undefined) throw new ImportsError('INVARIANT', `Import ${run.importId} has no chunk ${n}.`);
    const superseded = new Set(chunk.result?.superseded);
    for (const { line, cells } of await ports.csv.readChunk(pathsOf(ports, run.importId), layout, chunk)) {
      if (failed?.line === line) {
        yield failureRow(failed, layout);
        failed = await next(rejected);
      } else {
        const cell = cells[idAt] ?? '';
        const username = (layout.droppedBack ? restoreCell(cell) : cell).trim();
        yield superseded.has(line) || settled.has(line) ? supersededRow(line, username) : successRow(line, username);
      }
    }
  }
}

async function next(records: AsyncIterator<RejectedRecord>): Promise<RejectedRecord | undefined> {
  const { value, done } = await records.next();
  return done === true ? undefined : value;
}
