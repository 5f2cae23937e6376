import { StreamerError } from '../../shared/errors.js';
import { nearest } from '../../shared/suggestion.js';
import { CAPACITY_FIGURE, COMPARED_FIGURES } from './compare-figures.js';
import type { ComparedFigure, FigureName } from './compare-figures.js';

/** One condition of `--fail-if`. */
export interface Condition {
  /** As it was written, without blanks. */
  readonly text: string;
  readonly figure: FigureName;
  readonly comparison: '>' | '<';
  /**
   * What is held against the limit: the change as a share of A (`+10%` is 0.1), the change in the unit of the figure
   * (`+5ms` is 5000), or what B has (`50ms`, `0.1%` of a share is 0.001).
   */
  readonly of: 'relative change' | 'change' | 'value';
  readonly limit: number;
}

const MAX_LENGTH = 500;
const MAX_CONDITIONS = 20;
const FORM = /^([^<>=!+-]*)([<>=!]+)([+-]?)(\d{1,12}(?:\.\d{1,9})?)([a-zµ%/]*)$/i;

/** Units that a limit may have, by the unit of the figure, and what one of them is in that. */
const UNITS: Readonly<Record<ComparedFigure['unit'], Readonly<Record<string, number>>>> = {
  us: { us: 1, µs: 1, ms: 1000, s: 1_000_000 },
  'frames/s': { '': 1, fps: 1, '/s': 1 },
  'Mbit/s': { '': 1, 'mbit/s': 1, mbps: 1 },
  share: { '': 1, '%': 0.01 },
  count: { '': 1 },
  percent: { '': 1, '%': 1 },
};
const FIGURES = [...COMPARED_FIGURES, CAPACITY_FIGURE];
const EXAMPLE = 'such as p99>+10%, p99>50ms or lost>0';

/**
 * Reads conditions such as `p99>+10%,lost>0`; docs/compare.md has the grammar.
 *
 * @throws {StreamerError} BAD_USAGE with what is wrong and what was probably meant.
 */
export function parseConditions(text: string): Condition[] {
  if (text.length > MAX_LENGTH) throw wrong(`it is longer than ${MAX_LENGTH} characters.`);
  const parts = text.split(',').map((part) => part.replaceAll(/\s+/g, ''));
  if (parts.length > MAX_CONDITIONS) throw wrong(`it has more than ${MAX_CONDITIONS} conditions.`);
  return parts.map(parseCondition);
}

function parseCondition(text: string): Condition {
  if (text === '') throw wrong(`a condition is empty; conditions stand between commas, ${EXAMPLE}.`);
  const [, name = '', comparison = '', sign = '', amount = '', unit = ''] = FORM.exec(text) ?? [];
  if (amount === '') throw wrong(`${quoted(text)} is none; one has a figure, > or <, and a limit, ${EXAMPLE}.`);
  const figure = FIGURES.find((each) => each.name === name.toLowerCase());
  if (!figure) throw wrong(unknownFigure(name));
  if (comparison !== '>' && comparison !== '<') {
    throw wrong(`${quoted(text)}: there is no comparison ${comparison}; write > or <.`);
  }
  const problem = directionProblem(figure, comparison, sign, `${amount}${unit}`);
  if (problem !== null) throw wrong(`${quoted(text)}: ${problem}`);
  const value = Number(amount) * (sign === '-' ? -1 : 1);
  const condition = { text, figure: figure.name, comparison } as const;
  if (sign !== '' && unit === '%' && figure.unit === 'share')
    throw wrong(`${quoted(text)}: ${shareHint(figure, amount)}`);
  if (sign !== '' && unit === '%') return { ...condition, of: 'relative change', limit: value / 100 };
  // Nothing is nothing in every unit.
  const size = UNITS[figure.unit][unit.toLowerCase()] ?? (value === 0 && unit === '' ? 1 : undefined);
  if (size === undefined) throw wrong(`${quoted(text)}: ${unitHint(figure, amount, unit)}`);
  return { ...condition, of: sign === '' ? 'value' : 'change', limit: value * size };
}

/** What is better, or no change at all, would fail; null where the condition is about what is worse. */
function directionProblem(
  { name, better }: ComparedFigure,
  comparison: '>' | '<',
  sign: string,
  limit: string,
): string | null {
  const growth = comparison === '>' ? '+' : '-';
  if (better === null) {
    const meant = `${name}${comparison}${growth}${limit}`;
    return sign === '' || sign === growth ? null : `that holds where nothing changed; did you mean ${meant}?`;
  }
  const [worse, change] = better === 'less' ? ['>', '+'] : ['<', '-'];
  if (comparison === worse && (sign === '' || sign === change)) return null;
  return `it says when to fail; did you mean ${name}${worse}${sign === '' ? '' : change}${limit}?`;
}

/** Percent of percent is hardly ever what is meant. */
function shareHint({ name }: ComparedFigure, amount: string): string {
  const points = Number((Number(amount) / 100).toPrecision(9));
  return `${name} is itself a share; write ${name}>${amount}% for more than that, or ${name}>+${points} for so much more than in A.`;
}

function unitHint(figure: ComparedFigure, amount: string, unit: string): string {
  const units = Object.keys(UNITS[figure.unit]).filter((each) => each !== '');
  if (unit === '%') return `a change has a sign: write ${figure.better === 'less' ? '+' : '-'}${amount}%.`;
  const known = units.length === 0 ? 'it has no unit' : `its units are ${units.join(', ')}`;
  return `${unit === '' ? 'the limit needs a unit' : `${figure.name} is not told in ${quoted(unit)}`}; ${known}.`;
}

function unknownFigure(name: string): string {
  const names = FIGURES.map((figure) => figure.name);
  const meant = nearest(name.toLowerCase(), names);
  const hint = meant === null ? `there are ${names.join(', ')}.` : `did you mean ${meant}?`;
  return name === '' ? `a condition begins with a figure, ${EXAMPLE}.` : `there is no figure ${quoted(name)}; ${hint}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function wrong(what: string): StreamerError {
  return new StreamerError('BAD_USAGE', `--fail-if cannot be understood: ${what}`);
}
