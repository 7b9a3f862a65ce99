// One way in: everything that a client wants done, a file to import, a retry, an approved import, an undo, passes through its inbox, one
// after the other. It exists while there is something to do, and remembers nothing that the database does not know: ended, reset or
// started twice, it loses nothing and gives no turn twice (activities/turn/next-turn.ts).

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { StartTurn } from '../activities/turn/next-turn';
import type { ImportId } from '../src/domain/ids';
import { ACTIVITY_OPTIONS } from './activity-options';
import { escapeMarkdown } from './describe-progress';
import { importFile } from './import-file';
import { importWorkflowIdOf, undoWorkflowIdOf, type ClientInboxInput } from './messages';
import { ImportClient, ImportState } from './search-attributes';
import { turnOver, wake } from './signals';
import { undoImport } from './undo-import';

const { nextTurn } = proxyActivities<Activities>(ACTIVITY_OPTIONS.turn);

/** The oldest code in an inbox is then as old as its longest import. */
const MOST_TURNS = 50;

export async function clientInbox({ clientId }: ClientInboxInput): Promise<void> {
  let isWoken = false;
  const over = new Set<ImportId>();
  setHandler(wake, () => void (isWoken = true));
  setHandler(turnOver, (importId) => void over.add(importId));

  for (let turns = 0; ;) {
    // Before asking, never after: what arrives while the answer is on its way must be seen by the next round.
    isWoken = false;
    over.clear();
    const next = await nextTurn.executeWithOptions({ summary: 'who is next?' }, [{ clientId }]);
    if (next.kind === 'nothing') {
      if (isWoken) continue;
      // Nothing may be awaited between this look at the flag and the end: a wake that came between would be lost.
      return;
    }
    if (next.kind === 'rest') await condition(() => isWoken, next.ms);
    else if (next.kind === 'wait') await condition(() => over.has(next.importId), next.poll);
    else {
      turns++;
      setCurrentDetails(`Turn of \`${next.importId}\` (${next.what}): **${escapeMarkdown(next.fileName)}**`);
      await run(next, () => over.has(next.importId));
    }
    // A run that continues as new hears nothing more of its child, so only here, where no turn is taken that it started.
    if (turns >= MOST_TURNS || workflowInfo().continueAsNewSuggested) await continueAsNew<typeof clientInbox>({ clientId });
  }
}

/** Waits until it has ended or gives its turn away. How it ended is not asked: `nextTurn` finds out. */
async function run(next: StartTurn, isOver: () => boolean): Promise<void> {
  try {
    const child = await start(next);
    await Promise.race([child.result(), condition(isOver)]);
  } catch (error) {
    // Only this inbox's own cancellation: an import that was cancelled says the same.
    if (CancellationScope.current().consideredCancelled) throw error;
  }
}

function start({ what, importId, fileName, clientId, attempt, turn }: StartTurn) {
  const input = { importId, fileName, turn };
  const options = {
    args: [input],
    memo: { turn },
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    priority: { fairnessKey: clientId },
  } as const;
  const attributes = (state: string) => [
    { key: ImportClient, value: clientId },
    { key: ImportState, value: state },
  ];
  return what === 'import'
    ? startChild(importFile, {
        ...options,
        workflowId: importWorkflowIdOf(importId),
        staticSummary: `${importId} · ${escapeMarkdown(fileName)}${attempt > 1 ? ` · attempt ${attempt}` : ''}`,
        typedSearchAttributes: attributes('queued'),
      })
    : startChild(undoImport, {
        ...options,
        workflowId: undoWorkflowIdOf(importId),
        staticSummary: `undo of ${importId}`,
        typedSearchAttributes: attributes('undoing'),
      });
}
