// The files of deploy/ that watch the product, and the metrics that they name.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string }[];
}

const yaml = createRequire(__filename)('js-yaml') as { load(text: string): unknown };
export const ALERTS_FILE = path.join(__dirname, '../../deploy/prometheus/alerts.yml');
const DASHBOARD_FILE = path.join(__dirname, '../../deploy/grafana/imports.json');

export const alerts = yaml.load(readFileSync(ALERTS_FILE, 'utf8')) as {
  readonly groups: readonly { name: string; rules: readonly Rule[] }[];
};
export const rules = alerts.groups.flatMap((group) => group.rules);
export const dashboard = JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8')) as {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
};

export const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
];

/** The metrics that an expression names; a histogram by the name of its family. */
export function metricsIn(expression: string): string[] {
  const names = expression.match(/\b(?:imports|temporal|nodejs|process)_\w+/g) ?? [];
  return names.map((name) => name.replace(/_(?:bucket|count|sum)$/, ''));
}

/** The families that Prometheus' text format declares. */
export function familiesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
}
