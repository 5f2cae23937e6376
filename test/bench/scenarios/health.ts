import { median } from '../quantiles.js';
import type { Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';
import type { HealthCommands } from '../workers/health-worker.js';

const FPS = 30;
const ROUNDS = 5;
const MAX_PERCENT = 1;
const KINDS = [
  ['raw picture, 1920x1080', 'raw'],
  ['the same JPEG of 300 KB', 'jpeg'],
] as const;

/** What it costs to look whether a camera's picture stands still. */
export const health: Scenario = {
  name: 'health',
  title: 'Health: is the picture of a 1080p camera frozen?',
  async run({ children, quick, say }): Promise<ScenarioResult> {
    const frames = quick ? 200 : 2000;
    const worker = children.worker<HealthCommands>('health-worker');
    const usPerFrame = new Map<string, number[]>(KINDS.map(([name]) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1}`);
      for (const [name, kind] of KINDS) usPerFrame.get(name)?.push(await worker.call('detect', { kind, frames }));
    }
    await worker.end();
    const rows = [...usPerFrame].map(([name, samples]) => {
      const us = median(samples) ?? NaN;
      return { name, us, percent: (us * FPS) / 10_000 };
    });
    return {
      tables: [
        {
          title: `Medians of ${ROUNDS} rounds in turn`,
          head: ['frame', 'µs', `% of a core at ${FPS} fps`],
          rows: rows.map(({ name, us, percent }) => [name, cell(us), percent.toFixed(2)]),
        },
      ],
      bars: rows.map(({ name, percent }) => ({
        name: `frozen picture: ${name}`,
        measured: percent,
        relation: '<',
        limit: MAX_PERCENT,
        unit: '% of a core',
      })),
      notes: ['A JPEG that differs is told apart sooner: mostly by its length, or within its first bytes.'],
      figures: { usPerFrame: Object.fromEntries(usPerFrame) },
    };
  },
};
