import type { Finding, Subject } from '../report/run-report-schema.js';

const MAX_FIGURES = 20;
const MAX_NAMES = 3;

/** A finding with the figures that it comes from: one for each of `cameras`, of which the first twenty are shown. */
export function findingOf(
  severity: Finding['severity'],
  sentence: string,
  cameras: readonly Subject[],
  figureOf: (camera: Subject) => string,
): Finding {
  const figures = cameras.slice(0, MAX_FIGURES).map((camera) => `${camera.name}: ${figureOf(camera)}`);
  const more = cameras.length - figures.length;
  return { severity, sentence, figures: more > 0 ? [...figures, `and ${more} more`] : figures };
}

/** `door`, `door and yard`, `door, yard, gate and 4 more`. */
export function namesOf(cameras: readonly Subject[]): string {
  const names = cameras.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = cameras.length - names.length;
  if (more > 0) return `${names.join(', ')} and ${more} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
