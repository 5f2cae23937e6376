import type { CrowdFigures } from '../load/crowd.js';
import { fairnessIndex } from '../load/fairness.js';
import type { Subject } from '../report/run-report-schema.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import { percentileOf } from './objective-figures.js';
import type { Term } from './objective.js';

/** What one step measured. */
export interface MeasuredStep {
  /** Sessions that should have been there. */
  readonly sessions: number;
  readonly figures: CrowdFigures;
  /** What the server said of itself; null where it was not asked. */
  readonly server: ServerSamples | null;
}

/** A measured value, in the unit of a term, with the bound of its error; null is unknown, and why. */
export interface Reading {
  readonly value: number | null;
  readonly errorUs: number | null;
  /** Why there is no value; else what there is to say about it. */
  readonly why: string;
  /** Nothing came at all, so whatever was asked for is broken. */
  readonly isMissing?: boolean;
}

/** What `step` says of the figure of `term`. */
export function readingOf(term: Term, step: MeasuredStep): Reading {
  const { figure } = term;
  const { total } = step.figures;
  switch (figure.kind) {
    case 'time':
      return latencyReading(term, total);
    case 'count':
      return countReading(term, step);
    case 'rate':
      return rateReading(term, step.figures.sessions);
    case 'ratio':
      return fairnessReading(step.figures.sessions);
    case 'cpu':
      return serverReading(step.server, (samples) => mean(samples.map(({ cpuPercent }) => cpuPercent)));
    case 'memory':
      return serverReading(step.server, (samples) => Math.max(...samples.map(({ residentBytes }) => residentBytes)));
  }
}

function latencyReading({ figure }: Term, total: Subject): Reading {
  const { of, percentile } = percentileOf(figure);
  const value = total[of][percentile];
  if (value !== null) return { value, errorUs: total[of].errorUs, why: '' };
  if (total.frames.received === 0) return missing('no frame came');
  return unknown(`not known: ${total.target ?? 'the target'} does not say when its frames were captured`);
}

function countReading({ figure, unit }: Term, { figures: { total }, sessions }: MeasuredStep): Reading {
  const { frames } = total;
  if (figure.name === 'reconnects') return known(total.reconnects);
  if (figure.name === 'failed') {
    const failed = Math.max(0, sessions - total.sessions.connected);
    const reading = known(unit === 'share' ? failed / sessions : failed);
    return failed === 0 ? reading : { ...reading, why: shownErrors(total) };
  }
  if (figure.name === 'lost' && !total.canTellLost && frames.received > 0) {
    return unknown('not known: the protocol of the target does not show what is missing');
  }
  const due = frames.received + frames.lost + frames.skipped;
  if (due === 0) return missing('no frame came');
  const count = frames[figure.name as 'lost' | 'skipped' | 'corrupt'];
  return known(unit === 'share' ? count / due : count);
}

/** Why sessions failed: the error that most of them met. */
function shownErrors({ errors }: Subject): string {
  const [most] = [...errors].sort((a, b) => b.count - a.count);
  return most ? `${most.code}: ${most.message.replace(/\.$/, '')}` : 'no frame came in time';
}

function rateReading({ figure, unit }: Term, sessions: readonly Subject[]): Reading {
  if (sessions.every(({ frames }) => frames.received === 0)) return missing('no frame came');
  const isLeast = figure.name === 'fps-min';
  const rates = sessions.map(({ fps }) => fps.mean);
  if (unit === 'fps') return known(isLeast ? Math.min(...rates) : mean(rates));
  const announced = sessions.filter(({ nominalFps }) => nominalFps !== null && nominalFps > 0);
  if (announced.length === 0)
    return unknown('not known: no rate is announced; give a rate with its unit, such as 25fps');
  const shares = announced.map(({ fps, nominalFps }) => fps.mean / Number(nominalFps));
  return known(
    isLeast
      ? Math.min(...shares)
      : sum(announced.map(({ fps }) => fps.mean)) / sum(announced.map(({ nominalFps }) => Number(nominalFps))),
  );
}

function serverReading(server: ServerSamples | null, valueOf: (samples: ServerSamples['samples']) => number): Reading {
  if (server === null || server.samples.length === 0) {
    return unknown('not known: the server does not say it; name its HTTP API with --server-api');
  }
  return known(valueOf(server.samples));
}

function fairnessReading(sessions: readonly Subject[]): Reading {
  const index = fairnessIndex(sessions);
  return index === null ? missing('no frame came') : known(index);
}

function known(value: number): Reading {
  return { value, errorUs: null, why: '' };
}

function unknown(why: string): Reading {
  return { value: null, errorUs: null, why };
}

function missing(why: string): Reading {
  return { value: null, errorUs: null, why, isMissing: true };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
