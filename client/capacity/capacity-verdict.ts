import { amountText } from './amount-words.js';
import type { RunReport } from '../report/run-report-schema.js';
import type { SearchEnd, SearchResult } from './search.js';

/** What a verdict is made of. */
export interface VerdictParts {
  readonly unit: string;
  readonly objective: string;
  readonly max: number;
  readonly atLeast: number | null;
  readonly result: SearchResult;
  /** What broke first, with its value: `p99<100ms (131 ms) broke`; null where nothing did. */
  readonly whatBroke: string | null;
  readonly bottleneck: string;
  /** Why a step said nothing; empty where all did. */
  readonly whyUnusable: string;
}

/** What a search says in the end: a sentence with the interval, what broke first, and where the bottleneck was. */
export function capacityVerdict(parts: VerdictParts): RunReport['verdict'] {
  const sentence = sentenceOf(parts);
  const { result, atLeast } = parts;
  const level = levelOf(result, atLeast);
  if (result.end === 'stopped' && atLeast !== null && level === 'invalid') {
    return { level, sentence: undecidedText(parts, atLeast) };
  }
  if (atLeast === null || level === 'invalid' || level === 'done') return { level, sentence };
  const asked =
    level === 'pass' ? `At least ${atLeast} were asked for. ` : `Fewer than the ${atLeast} that were asked for: `;
  return { level, sentence: `${asked}${sentence}` };
}

function undecidedText({ unit, objective, result }: VerdictParts, atLeast: number): string {
  const { from, to } = result.interval;
  const known =
    from === 0 && to === null ? 'no step was measured to its end' : `${amount(from, to, unit)} ${objective}`;
  return `Stopped before it was known whether ${amountText(atLeast, unit)} ${atLeast === 1 ? 'holds' : 'hold'}: ${known}.`;
}

/** What held in whole rounds stays true when a later step said nothing; what the user did not wait for is not known. */
function levelOf({ end, rounds, interval }: SearchResult, atLeast: number | null): RunReport['verdict']['level'] {
  if (atLeast !== null && rounds.length > 0 && interval.from >= atLeast) return 'pass';
  if (end === 'generator' || end === 'unknown') return 'invalid';
  if (atLeast === null) return 'done';
  return end === 'stopped' && (interval.to === null || interval.to >= atLeast) ? 'invalid' : 'fail';
}

function sentenceOf(parts: VerdictParts): string {
  const { unit, max, result, objective } = parts;
  const { from, to } = result.interval;
  const holding = `${amount(from, to, unit)} ${objective}`;
  switch (result.end) {
    case 'agreed':
    case 'single round':
      return `${from === 0 && to === 0 ? `Not one of the ${unit} holds ${objective}` : capitalized(holding)}${breakText(parts)}`;
    case 'unstable':
      return `${capitalized(holding)}, but ${result.rounds.length} rounds did not agree (${roundsText(result)})${breakText(parts)}`;
    case 'no limit':
      return `No limit was found up to ${amountText(max, unit)}: ${max === 1 ? 'it holds' : 'they hold'} ${objective}.`;
    default:
      return unfinished(parts, result.end);
  }
}

function unfinished(parts: VerdictParts, end: Extract<SearchEnd, 'generator' | 'unknown' | 'stopped'>): string {
  const { unit, objective, result, whyUnusable } = parts;
  const { from, to } = result.interval;
  const known = `${amount(from, to, unit)} ${objective}`;
  switch (end) {
    case 'generator':
      return `${capitalized(known)}; more could not be measured, because this machine was the bottleneck: ${whyUnusable}`;
    case 'unknown':
      return `The objective cannot be measured here: ${whyUnusable}`;
    case 'stopped':
      return from === 0 && to === null
        ? 'Stopped before anything was known.'
        : `Stopped early: ${known}${to === null ? ', and no limit was confirmed' : ''}.`;
  }
}

function breakText({ whatBroke, bottleneck }: VerdictParts): string {
  return whatBroke === null ? '.' : `; then ${whatBroke}. ${bottleneck}`;
}

/** `412 to 420 sessions hold`, `at least 1 session holds`. */
function amount(from: number, to: number | null, unit: string): string {
  const hold = from === 1 && (to === null || to === 1) ? 'holds' : 'hold';
  if (to === null) return `at least ${amountText(from, unit)} ${hold}`;
  return `${from === to ? amountText(from, unit) : `${from} to ${to} ${unit}`} ${hold}`;
}

function roundsText({ rounds }: SearchResult): string {
  return rounds
    .map(({ holds, breaks }) => (breaks === null ? `${holds} hold` : `${holds} hold, ${breaks} do not`))
    .join('; ');
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
