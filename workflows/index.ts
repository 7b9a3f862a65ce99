// The names that Temporal knows.
export { importFile } from './import-file';
export { keepHouse } from './keep-house';
export { resendReport } from './resend-report';
export { scanFolder } from './scan-folder';
export { undoImport } from './undo-import';
export { watchSilence } from './watch-silence';
