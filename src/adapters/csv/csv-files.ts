// CSV in and out: the one implementation of the CsvFiles port, and with its neighbours the only home of csv-parse and csv-stringify.

import type { Clock, CsvFiles } from '../../ports';
import { inspect } from './inspect';
import { countPersonRows, dropPersonRows } from './person-rows';
import { readChunk } from './read-chunk';
import { writeFailedRecords, writeTable } from './write-table';

/** The clock tells the inspection which dates lie in the future. */
export function createCsvFiles(clock: Clock = { now: () => new Date() }): CsvFiles {
  return {
    inspect: (file, settings, onProgress) => inspect(file, settings, clock.now().toISOString().slice(0, 10), onProgress),
    readChunk,
    writeFailedRecords,
    writeTable,
    countPersonRows,
    dropPersonRows,
  };
}
