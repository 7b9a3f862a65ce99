// The names that Temporal knows.
export { clientInbox } from './client-inbox';
export { importFile } from './import-file';
export { keepHouse, scanFolders, wakeWaiting, watchSilence } from './scheduled';
export { deliverWebhook, resendReport } from './send-report';
export { undoImport } from './undo-import';
