// Links into the Temporal UI. The list of workflows holds inboxes, scans and housekeeping, too: people look for imports.

export interface TemporalUi {
  readonly uiUrl: string;
  readonly namespace: string;
}

export function importsLink(ui: TemporalUi): string {
  return `${workflowsOf(ui)}?query=${encodeURIComponent('WorkflowType="importFile"')}`;
}

export function workflowLink(ui: TemporalUi, workflowId: string): string {
  return `${workflowsOf(ui)}/${encodeURIComponent(workflowId)}`;
}

function workflowsOf({ uiUrl, namespace }: TemporalUi): string {
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
}
