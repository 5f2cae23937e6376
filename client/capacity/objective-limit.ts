import { numberFromText } from '../../shared/number-text.js';
import type { Figure, FigureKind, LimitUnit } from './objective-figures.js';

/** A limit in the unit that figures are held against. */
export interface Limit {
  readonly value: number;
  readonly unit: LimitUnit;
}

/** A unit as it is written: `factor` turns the number before it into `unit`. */
interface Scale {
  readonly unit: LimitUnit;
  readonly factor: number;
}

const SHARE: Scale = { unit: 'share', factor: 0.01 };

/** Units that may stand behind the number; the empty one is none. */
const SCALES: Readonly<Record<FigureKind, Readonly<Record<string, Scale>>>> = {
  time: {
    us: { unit: 'us', factor: 1 },
    µs: { unit: 'us', factor: 1 },
    ms: { unit: 'us', factor: 1e3 },
    s: { unit: 'us', factor: 1e6 },
  },
  count: { '': { unit: 'count', factor: 1 }, '%': SHARE },
  rate: { '': { unit: 'share', factor: 1 }, '%': SHARE, fps: { unit: 'fps', factor: 1 } },
  ratio: { '': { unit: 'share', factor: 1 }, '%': SHARE },
  cpu: { '%': { unit: 'percent', factor: 1 } },
  memory: {
    mb: { unit: 'bytes', factor: 1e6 },
    gb: { unit: 'bytes', factor: 1e9 },
    mib: { unit: 'bytes', factor: 2 ** 20 },
    gib: { unit: 'bytes', factor: 2 ** 30 },
  },
};

const EXAMPLES: Readonly<Record<FigureKind, string>> = {
  time: 'a time with its unit, such as 100ms, 800us or 1.5s',
  count: 'a whole number, or a share such as 0.1%',
  rate: 'a share of the announced rate, such as 0.95 or 95%, or a rate with its unit, such as 25fps',
  ratio: 'a number from 0 to 1, or percent',
  cpu: 'percent of one core, such as 90%',
  memory: 'an amount with its unit, such as 800MB or 2GiB',
};

/** A share of the rate above this was surely meant as frames a second. */
const MAX_SHARE = 1;

/** The limit that `text` writes for `figure`, or what is wrong with it, in words. */
export function limitOf(figure: Figure, text: string): Limit | string {
  const [, digits = '', unitText = ''] = /^([\d.]*)(.*)$/s.exec(text) ?? [];
  const number = numberFromText(digits);
  const scale = SCALES[figure.kind][unitText.toLowerCase()];
  if (number === null || !scale) return problem(figure, number, unitText);
  const limit = { value: number * scale.factor, unit: scale.unit };
  if (!Number.isSafeInteger(Math.ceil(limit.value))) return 'the number is too large';
  if (limit.unit === 'share' && limit.value > MAX_SHARE) return `${tooLarge(figure, digits)}`;
  if (limit.unit === 'count' && !Number.isInteger(limit.value)) return `it is ${EXAMPLES.count}`;
  if (limit.unit === 'share' && figure.name === 'reconnects') return 'reconnects are counted, not a share of anything';
  return limit;
}

function problem({ kind }: Figure, number: number | null, unit: string): string {
  if (number !== null && unit === '') return `the unit is missing; it is ${EXAMPLES[kind]}`;
  if (number !== null) return `there is no unit ${JSON.stringify(unit)} for it; it is ${EXAMPLES[kind]}`;
  return `the limit is ${EXAMPLES[kind]}`;
}

function tooLarge({ kind, name }: Figure, digits: string): string {
  return kind === 'rate'
    ? `more than all frames is not possible; did you mean ${name}>=${digits}fps?`
    : 'a share is at most 100%';
}
