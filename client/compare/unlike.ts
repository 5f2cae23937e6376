import { formatElapsedMs } from '../../shared/units.js';
import type { Subject } from '../report/run-report-schema.js';
import type { ComparedRun } from './compared-run.js';

/** Windows, memory and frames may differ by so much; more makes runs unlike. */
const WINDOW_SHARE = 0.1;
const MEMORY_SHARE = 0.1;
const FRAME_BYTES_SHARE = 0.25;
const FPS_SHARE = 0.02;

/**
 * In what `run` differs from `first` beside its figures, in words; nothing for runs that can be compared. Names of machines
 * are not looked at, since CI makes a new one for each run. Of runs of two kinds there is no more to say.
 */
export function differencesOf(run: ComparedRun, first: ComparedRun): string[] {
  if (first.kind !== run.kind) return [`one is of ${first.kind} and one of ${run.kind}`];
  return [
    differs('sessions:', sessionsOf(first), sessionsOf(run)),
    differs('kinds of targets:', schemesOf(first), schemesOf(run)),
    farApart(first.windowMs, run.windowMs, WINDOW_SHARE)
      ? pair('measured for', formatElapsedMs(first.windowMs), formatElapsedMs(run.windowMs))
      : null,
    differs('searched for', first.capacity?.unit ?? '', run.capacity?.unit ?? ''),
    differs('objective:', first.capacity?.objective ?? '', run.capacity?.objective ?? ''),
    ...machineDifferences(first, run),
    differs('size of the pictures:', first.sizes.join(', '), run.sizes.join(', ')),
    rateDifference(wholeOf(first), wholeOf(run)),
    isLive(first) && isLive(run) ? null : frameSizeDifference(first, run),
    ...[first, run].flatMap(({ file, invalid }) => invalid.map((reason) => `${file} is invalid: ${reason}`)),
  ].filter((difference) => difference !== null);
}

function machineDifferences(first: ComparedRun, run: ComparedRun): (string | null)[] {
  const places = [first.isServerHere, run.isServerHere];
  const where = places.includes(null)
    ? null
    : differs('server on the same machine:', words(first.isServerHere), words(run.isServerHere));
  if (!first.machine || !run.machine) return [where];
  const isOtherMemory = farApart(first.machine.memoryMiB, run.machine.memoryMiB, MEMORY_SHARE);
  return [
    where,
    differs('CPU:', first.machine.cpu, run.machine.cpu),
    differs('cores:', first.machine.cores, run.machine.cores),
    isOtherMemory ? pair('memory, MiB:', first.machine.memoryMiB, run.machine.memoryMiB) : null,
  ];
}

/**
 * In what live sources differ because the scene does: worth a warning, and no reason to refuse. Empty for other sources,
 * whose frames `differencesOf` looks at.
 */
export function warningsOf(run: ComparedRun, first: ComparedRun): string[] {
  const difference = isLive(first) && isLive(run) ? frameSizeDifference(first, run) : null;
  return difference === null ? [] : [difference];
}

/** Cameras send what is before them. */
function isLive(run: ComparedRun): boolean {
  const schemes = schemesOf(run);
  return schemes !== '' && schemes.split(', ').every((scheme) => /^(rtsps?|https?)$/.test(scheme));
}

function rateDifference(first: Subject | null, run: Subject | null): string | null {
  const fps = [first?.nominalFps ?? 0, run?.nominalFps ?? 0] as const;
  return fps[0] > 0 && fps[1] > 0 && farApart(fps[0], fps[1], FPS_SHARE)
    ? pair('announced frames a second:', ...fps)
    : null;
}

/** Reports of runs do not say how large pictures are, but how large frames are they do. */
function frameSizeDifference(first: ComparedRun, run: ComparedRun): string | null {
  const [one, other] = [frameBytes(wholeOf(first)), frameBytes(wholeOf(run))];
  return one > 0 && other > 0 && farApart(one, other, FRAME_BYTES_SHARE)
    ? pair('mean bytes of a frame:', Math.round(one), Math.round(other))
    : null;
}

function wholeOf({ total, subjects }: ComparedRun): Subject | null {
  return total ?? subjects[0] ?? null;
}

function frameBytes(subject: Subject | null): number {
  return subject && subject.frames.received > 0 ? subject.bytes / subject.frames.received : 0;
}

function sessionsOf({ total, subjects }: ComparedRun): number {
  return total?.sessions.asked ?? subjects.reduce((sum, { sessions }) => sum + sessions.asked, 0);
}

function schemesOf({ total, subjects }: ComparedRun): string {
  const targets = [...(total ? [total] : []), ...subjects].map(({ target }) => target);
  const schemes = targets.map((target) => /^([a-z+]{1,20}):\/\//i.exec(target ?? '')?.[1]?.toLowerCase() ?? '');
  return [...new Set(schemes)]
    .filter((scheme) => scheme !== '')
    .toSorted()
    .join(', ');
}

function farApart(one: number, other: number, share: number): boolean {
  return Math.abs(one - other) > share * Math.max(one, other);
}

function words(isSo: boolean | null): string {
  return isSo === true ? 'yes' : 'no';
}

function differs(what: string, one: string | number, other: string | number): string | null {
  return one === other ? null : pair(what, one, other);
}

function pair(what: string, one: string | number, other: string | number): string {
  return `${what} ${one} and ${other}`;
}
