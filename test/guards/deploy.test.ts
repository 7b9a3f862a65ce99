// deploy/: alert rules and the dashboard name metrics, labels and states that exist, and docs/operations.md says what to do about each
// alert. What a running product serves is compared in test/processes/health.test.ts.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDoorMetrics } from '../../src/adapters/metrics/door-metrics';
import { createImportMetrics } from '../../src/adapters/metrics/import-metrics';
import { serveMetrics } from '../../src/adapters/metrics/serve-metrics';
import { OPEN_STATES } from '../../src/domain/import-state';
import { INTAKES } from '../../src/door/watch-waiting';
import { ALERTS_FILE, alerts, dashboard, expressions, familiesIn, metricsIn, rules } from '../support/deploy-files';

const page = readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8');
const clock = { now: () => new Date() };

/** As both processes serve them. */
async function served(): Promise<ReadonlySet<string>> {
  const imports = { waiting: async () => ({ count: 0, oldest: null }) };
  const all = [
    createImportMetrics({ imports, clock, scans: async () => new Map() }),
    createDoorMetrics({ findWaiting: async () => ({}), clock }),
  ];
  const texts = all.map(async (counted) => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0, setting: 'PORT', counted, health: { temporal: () => true } });
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    await server.close();
    return text;
  });
  return familiesIn((await Promise.all(texts)).join('\n'));
}

test('every metric of ours that an alert or a panel names is served', async () => {
  const names = new Set(expressions.flatMap(metricsIn).filter((name) => !name.startsWith('temporal_')));
  expect(names.size).toBeGreaterThan(10);
  const known = await served();
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
});

test('every state and intake that they name exists', () => {
  const valuesOf = (label: string) =>
    expressions.flatMap((text) => [...text.matchAll(new RegExp(`${label}="(\\w[\\w-]*)"`, 'g'))].map(([, value]) => value));
  expect(OPEN_STATES).toEqual(expect.arrayContaining(valuesOf('state')));
  expect(INTAKES).toEqual(expect.arrayContaining(valuesOf('intake')));
});

test('every alert says how bad it is, what it means and what to do', () => {
  expect(alerts.groups.map(({ name }) => name)).toEqual(['imports']);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, expr, for: patience = '1m', labels, annotations, ...others } of rules) {
    expect(alert).toMatch(/^Imports[A-Z]\w+$/);
    expect(expr).toEqual(expect.any(String));
    expect(patience).toMatch(/^\d+[mh]$/);
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect([annotations.summary, annotations.action]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\.$/)]);
    expect(others).toEqual({});
  }
});

test('docs/operations.md lists every alert, and no other', () => {
  const listed = [...page.matchAll(/^\| `(Imports[A-Z]\w+)` \|/gm)].map(([, name]) => name);
  expect(listed).toEqual(rules.map(({ alert }) => alert));
});

test('every panel of the dashboard has a place of its own, and something to show', () => {
  const places = new Set<string>();
  for (const { title, gridPos, targets } of dashboard.panels) {
    expect([title, targets.length > 0]).toEqual([expect.stringMatching(/\w/), true]);
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(places).not.toContain(`${x},${y}`);
        places.add(`${x},${y}`);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

const promtool = hasPromtool();
(promtool ? test : test.skip)('promtool takes the rules, and every expression of the dashboard', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'promtool-'));
  const panels = path.join(folder, 'panels.yml');
  const recorded = dashboard.panels.flatMap(({ targets }) => targets).map(({ expr }, n) => ({ record: `panel:${n}`, expr }));
  writeFileSync(panels, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
  for (const file of [ALERTS_FILE, panels])
    expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
  rmSync(folder, { recursive: true });
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('promtool not installed (Debian: prometheus): expressions of alerts and dashboard are NOT tested on this machine.');
    return false;
  }
}
