// Links into the Temporal UI. The list of workflows holds inboxes, scans and housekeeping, too: people look for imports.

interface TemporalUi {
  readonly uiUrl: string;
  readonly namespace: string;
}

export function importsLink(ui: TemporalUi): string {
  return `${workflowsLink(ui)}?query=${encodeURIComponent('WorkflowType="importFile"')}`;
}

export function workflowLink(ui: TemporalUi, workflowId: string): string {
  return `${workflowsLink(ui)}/${encodeURIComponent(workflowId)}`;
}

function workflowsLink({ uiUrl, namespace }: TemporalUi): string {
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
}
