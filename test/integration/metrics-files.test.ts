import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
/** Panels that every Grafana has; another one would be a plugin. */
const CORE_PANELS = ['bargauge', 'heatmap', 'row', 'stat', 'state-timeline', 'table', 'timeseries'];
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

interface Position {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Position;
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly expr: string; readonly refId: string; readonly datasource: unknown }[];
}

async function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

/** Names of our metrics in an expression, without what a histogram adds. */
function metricsIn(expression: string): string[] {
  const names = expression.match(/\b(frame_streamer|process|nodejs)_\w+/g) ?? [];
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

describe('files for Prometheus and Grafana', () => {
  let documented: Set<string>;
  let panels: readonly Panel[];
  let dashboard: { panels: Panel[]; templating: { list: { name: string; definition?: string }[] } };
  beforeAll(async () => {
    const names = (await read('docs/metrics.md')).matchAll(/^\| `((frame_streamer|process|nodejs)_\w+)/gm);
    documented = new Set([...names].map(([, name]) => name!));
    dashboard = JSON.parse(await read('deploy/grafana-dashboard.json')) as typeof dashboard;
    panels = dashboard.panels;
  });

  it('ask for metrics that there are', async () => {
    const { groups } = parse(await read('deploy/alerts.yml')) as { groups: { rules: { expr: string }[] }[] };
    const expressions = [
      ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...dashboard.templating.list.map(({ definition = '' }) => definition),
    ];
    const asked = new Set(expressions.flatMap(metricsIn));
    expect(asked.size).toBeGreaterThan(20);
    expect([...asked].filter((name) => !documented.has(name))).toEqual([]);
  });

  it('need no plugin and no data source of a certain name', () => {
    for (const { type, title, targets = [], datasource } of panels) {
      expect(CORE_PANELS, title).toContain(type);
      for (const target of targets) expect(target.datasource, title).toEqual(DATASOURCE);
      if (type !== 'row') expect(datasource, title).toEqual(DATASOURCE);
    }
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance', 'stream']);
  });

  it('filter every panel by server, and by stream where it is about streams', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        expect(expr, title).toContain('instance=~"$instance"');
        if (expr.includes('stream=~')) expect(expr, title).toContain('stream=~"$stream"');
      }
    }
  });

  it('give each panel an id and a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets = [], title } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});
