// The names that Temporal knows.
export { clientInbox } from './client-inbox';
export { importFile } from './import-file';
export { keepHouse } from './keep-house';
export { resendReport } from './resend-report';
export { undoImport } from './undo-import';
export { wakeWaiting } from './wake-waiting';
export { watchSilence } from './watch-silence';
