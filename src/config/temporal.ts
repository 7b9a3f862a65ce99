// Temporal's own variables mean the server that TEMPORAL_ADDRESS names. Without that name the embedded server is used, and a profile,
// key or certificate of some other server that lies around in the environment must not be shown to it. And links into Temporal's UI.

import type { Config, Environment } from './load-config';

/** How to reach the server at this address, which counts where the environment names none, and how to read what it keeps. */
export function temporalTarget(config: Config, address: string) {
  return { env: temporalEnvironment(config), address, payloadKeys: config.temporal.payloadKeys };
}

/** What the Temporal client may read. */
export function temporalEnvironment(config: Config): Environment {
  return config.temporal.address === undefined ? { TEMPORAL_NAMESPACE: config.temporal.namespace } : config.env;
}

/** The environment without anything that Temporal's programs would read. */
export function withoutTemporal(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TEMPORAL_'),
  );
  return Object.fromEntries(kept);
}

interface TemporalUi {
  readonly uiUrl: string;
  readonly namespace: string;
}

/** The list of workflows holds inboxes, scans and housekeeping, too: people look for imports. */
export function importsLink(ui: TemporalUi): string {
  return `${workflowsLink(ui)}?query=${encodeURIComponent('WorkflowType="importFile"')}`;
}

export function workflowLink(ui: TemporalUi, workflowId: string): string {
  return `${workflowsLink(ui)}/${encodeURIComponent(workflowId)}`;
}

function workflowsLink({ uiUrl, namespace }: TemporalUi): string {
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
}
