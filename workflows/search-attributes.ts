// What ops can search for in the Temporal UI. The server must know them before the first start (src/embedded and docker-compose.yml
// register them, `imports doctor` checks). Never personal data: they are stored in clear and shown in lists.

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const ImportClient = defineSearchAttributeKey('ImportClient', SearchAttributeType.KEYWORD);
export const ImportState = defineSearchAttributeKey('ImportState', SearchAttributeType.KEYWORD);
export const ImportOutcome = defineSearchAttributeKey('ImportOutcome', SearchAttributeType.KEYWORD);
export const ImportRecords = defineSearchAttributeKey('ImportRecords', SearchAttributeType.INT);
export const ImportRejected = defineSearchAttributeKey('ImportRejected', SearchAttributeType.INT);
