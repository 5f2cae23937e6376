import { StreamerError } from '../../shared/errors.js';
import { nearest } from '../../shared/suggestion.js';
import { FIGURES, figureOf, type Figure, type LimitUnit } from './objective-figures.js';
import { limitOf } from './objective-limit.js';

/** How a figure is held against its limit. */
export type Comparison = '<' | '<=' | '>' | '>=' | '=';

/** One condition: `p99<100ms`. */
export interface Term {
  /** As it was written, without blanks. */
  readonly text: string;
  readonly figure: Figure;
  readonly comparison: Comparison;
  /** In `unit`. */
  readonly limit: number;
  readonly unit: LimitUnit;
}

/** What has to be kept, all of it: a service-level objective. */
export interface Objective {
  readonly text: string;
  readonly terms: readonly Term[];
}

const MAX_LENGTH = 500;
const MAX_TERMS = 20;

/**
 * Reads an objective such as `p99<100ms,lost=0,fps>=0.95`; `docs/capacity.md` has the grammar.
 *
 * @throws {StreamerError} BAD_USAGE with what is wrong and what was probably meant.
 */
export function parseObjective(text: string): Objective {
  if (text.length > MAX_LENGTH) throw wrong(`it is longer than ${MAX_LENGTH} characters`);
  const parts = text.split(',').map((part) => part.replaceAll(/\s+/g, ''));
  if (parts.length > MAX_TERMS) throw wrong(`it has more than ${MAX_TERMS} terms`);
  const terms = parts.map(parseTerm);
  for (const [at, { figure }] of terms.entries())
    if (terms.findIndex((other) => other.figure.name === figure.name) !== at)
      throw wrong(`${figure.name} stands twice`);
  return { text: terms.map((term) => term.text).join(','), terms };
}

function parseTerm(text: string): Term {
  if (text === '') throw wrong('a term is empty; terms stand between commas, such as p99<100ms,lost=0');
  const match = /^([^<>=!]*)([<>=!]+)([^<>=!]*)$/.exec(text);
  if (!match) throw wrong(`${quoted(text)} is no term; one has a figure, a comparison and a limit, such as p99<100ms`);
  const [, name = '', comparison = '', limitText = ''] = match;
  const figure = figureOf(name);
  if (!figure) throw wrong(unknownFigure(name));
  const limit = limitOf(figure, limitText);
  if (typeof limit === 'string') throw wrong(`${quoted(text)}: ${limit}`);
  const problem = comparisonProblem(figure, comparison, limit.value, limitText);
  if (problem !== null) throw wrong(`${quoted(text)}: ${problem}`);
  const canonical = `${figure.name}${comparison}${limitText}`;
  return { text: canonical, figure, comparison: comparison as Comparison, limit: limit.value, unit: limit.unit };
}

/** A limit on the wrong side would be one that more load never breaks, so that there is nothing to search for. */
function comparisonProblem(figure: Figure, comparison: string, limit: number, limitText: string): string | null {
  const usual = figure.better === 'less' ? '<=' : '>=';
  const meant = `${figure.name}${usual}${limitText}`;
  if (comparison === '=' && figure.kind === 'count' && limit === 0) return null;
  if (comparison === '=') return `a measured figure is hardly ever equal to that; did you mean ${meant}?`;
  const allowed = figure.better === 'less' ? ['<', '<='] : ['>', '>='];
  if (!['<', '<=', '>', '>='].includes(comparison))
    return `there is no comparison ${comparison}; did you mean ${meant}?`;
  if (!allowed.includes(comparison)) return `${figure.better} is better here; did you mean ${meant}?`;
  return comparison === '<' && limit === 0 ? `nothing is below 0; did you mean ${meant}?` : null;
}

function unknownFigure(name: string): string {
  const names = FIGURES.map((figure) => figure.name);
  const meant = nearest(name, names);
  const hint = meant === null ? `there are ${names.join(', ')}` : `did you mean ${meant}?`;
  return name === ''
    ? 'a term begins with the name of a figure, such as p99<100ms'
    : `there is no figure ${quoted(name)}; ${hint}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function wrong(what: string): StreamerError {
  return new StreamerError(
    'BAD_USAGE',
    `--slo cannot be understood: ${what.replace(/[.?]$/, '')}${/\?$/.test(what) ? '?' : '.'}`,
  );
}
